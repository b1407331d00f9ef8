import ArgumentParser
import LeaderboardService
import Text

/// `leaderboard webhooks …`
struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "Try the endpoints that are told of events, and make secrets for them.",
        subcommands: [WebhooksTest.self, WebhooksSecret.self]
    )
}

/// `leaderboard webhooks test [URL] [--file FILE]`
struct WebhooksTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a signed ping to endpoints, once, and say what came back.",
        discussion: """
            Without --file it reads the file that WEBHOOKS_FILE names, as `leaderboard serve` would. With a URL of the file, only that \
            endpoint is tried. WEBHOOKS_ALLOW_HTTP, WEBHOOKS_ALLOW_PRIVATE and WEBHOOKS_CA_FILE hold as for the service. Exits with 1 \
            if one of them does not answer with 2xx.
            """
    )

    @Argument(help: "The url of one of the endpoints in the file.")
    var url: String?

    @Option(help: ArgumentHelp("File of endpoints.", valueName: "file"))
    var file: String?

    func run() async throws {
        let trial = try configured { try WebhookTrial(.load(), file: file, url: url) }
        var isWell = true
        for result in await trial.run() {
            print(result.line.printable)
            isWell = isWell && result.isDelivered
        }
        if !isWell { throw ExitCode(1) }
    }
}

/// `leaderboard webhooks secret`
struct WebhooksSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Print a new secret for an endpoint."
    )

    func run() {
        print(WebhookTrial.newSecret())
    }
}
