import ArgumentParser
import LeaderboardService

/// `leaderboard token --user ID [--ttl SECONDS] [--scope WORDS]`
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a development token, signed with JWT_SECRET.",
        discussion: "In production, tokens come from the game's own identity service; this signs what that would."
    )

    @Option(help: ArgumentHelp("The user whose score it may change. May repeat: one token a line.", valueName: "id"))
    var user: [String]

    @Option(help: ArgumentHelp("How long it is valid.", valueName: "seconds"))
    var ttl = 3600

    @Option(
        help: ArgumentHelp(
            "What it allows beside: leaderboard:admin for operators, leaderboard:report for services.",
            valueName: "words"
        )
    )
    var scope: String?

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("Name the user: --user ID.") }
        guard (1...31_536_000).contains(ttl) else { throw ValidationError("--ttl must be 1 to 31536000 seconds.") }
    }

    func run() async throws {
        let settings = Settings.load()
        let signer = try configured { try TokenSigner(settings) }
        for user in user { print(try signer.token(user: user, lifetime: .seconds(ttl), scope: scope)) }
    }
}
