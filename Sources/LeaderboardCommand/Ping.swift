import ArgumentParser
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// `leaderboard ping [--ready]`: what a container's health check calls.
struct Ping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Exit with 0 if the service answers, with 1 if it does not.",
        discussion: "For health checks of containers, which have no curl."
    )

    @Option(help: "Where the service is.")
    var url = ServiceURL.local

    @Flag(help: "Ask whether it is ready for traffic (/readyz), not only alive (/healthz).")
    var ready = false

    func run() async throws {
        let request = HTTPClientRequest(url: url.defaultValueDescription + (ready ? "/readyz" : "/healthz"))
        do {
            let response = try await HTTPClient.ofService.execute(request, timeout: .seconds(3))
            let body = try await response.body.collect(upTo: 65_536)
            print(String(buffer: body))
            if response.status != .ok { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            print("no answer from \(url.defaultValueDescription): \(error)")
            throw ExitCode(1)
        }
    }
}
