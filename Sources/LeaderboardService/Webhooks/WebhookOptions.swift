/// Who is told of events, and how.
package struct WebhookOptions: Sendable {
    /// Of the endpoints; read again at SIGHUP.
    let path: String
    let endpoints: [WebhookEndpoint]
    var sending: WebhookSending
    var schedule = RetrySchedule()
    var pace = WebhookPace()

    /// Nil: nobody is told of anything, and nothing of it runs.
    init?(_ settings: SettingsReader) {
        sending = WebhookSending(settings)
        guard let path = settings.text("WEBHOOKS_FILE") else { return nil }
        self.path = path
        settings.note(secretFile: path, of: "WEBHOOKS_FILE")
        do { endpoints = try WebhookFile.read(path, allowsHTTP: sending.allowsHTTP).endpoints } catch {
            settings.refuse("WEBHOOKS_FILE", "\(error)")
            return nil
        }
    }
}

/// Where messages may go.
struct WebhookSending: Sendable {
    var allowsHTTP = false
    /// Addresses that are none of the public internet.
    var allowsPrivate = false
    /// PEM file of the authorities that a certificate may come from; nil: those of the system.
    var authorityFile: String?
    /// Of one delivery, from the connection to the answer.
    var timeout = Duration.seconds(15)

    init() {}

    init(_ settings: SettingsReader) {
        allowsHTTP = settings.flag("WEBHOOKS_ALLOW_HTTP")
        allowsPrivate = settings.flag("WEBHOOKS_ALLOW_PRIVATE")
        authorityFile = settings.certificates("WEBHOOKS_CA_FILE")
    }
}

/// How often the delivering instance looks.
struct WebhookPace: Sendable {
    /// For so long an instance that is gone is waited for. More than a delivery takes.
    var lease = Duration.seconds(45)
    var renewal = Duration.seconds(10)
    /// Between looks at boards whose season is known to end, and at each board whether or not.
    var step = Duration.seconds(1)
    var round = Duration.seconds(60)
    /// Between comparisons of one board's first places.
    var comparison = Duration.milliseconds(500)
    /// Boards that are looked at in a step.
    var boards = 200
}
