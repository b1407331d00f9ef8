import ArgumentParser
import NIOCore

/// `leaderboard ping [--ready]`: what a container's health check calls.
struct Ping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exit with 0 if the service answers, with 1 if it does not.",
        discussion: """
            For health checks of containers, which have no curl. Without --url it reads the configuration that `leaderboard \
            serve` would read, and asks where that listens: by HTTP or HTTPS, with a PROXY header where one is needed.
            """
    )

    @OptionGroup var service: ServiceOption

    @Flag(help: "Ask whether it is ready for traffic (/readyz), not only alive (/healthz).")
    var ready = false

    func run() async throws {
        let url = try service.url()
        let answer: AnswerReader.Answer
        do {
            answer = try await url.ask(ready ? "/readyz" : "/healthz", within: .seconds(3))
        } catch {
            print(url.words(for: error))
            throw ExitCode(1)
        }
        print(String(buffer: answer.body))
        if answer.status != 200 { throw ExitCode(1) }
    }
}
