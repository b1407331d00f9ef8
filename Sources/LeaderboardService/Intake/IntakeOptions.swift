/// How often the intakes of boards are read.
struct IntakeOptions: Sendable {
    /// Between two looks at streams in which there was nothing more (`INTAKE_INTERVAL_MS`).
    var beat: Duration
    /// For so long an instance that is gone is waited for, and how often one that is there says so.
    var lease = Duration.seconds(6)
    var renewal = Duration.seconds(2)
    /// Between two looks at which boards have an intake.
    var round = Duration.seconds(10)
    /// For so long a board whose intake cannot be read is left alone.
    var rest = Duration.seconds(5)
    /// Boards whose streams are read at one time.
    var boards = 64

    init(_ settings: SettingsReader) {
        beat = settings.milliseconds("INTAKE_INTERVAL_MS", default: .milliseconds(100), in: 5...10_000)
    }
}
