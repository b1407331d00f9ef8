import AsyncHTTPClient
import LeaderboardService
import NIOCore
import NIOHTTP1
import Text

/// Plays a ``DemoCrowd`` against a running service, as its game servers would: one request at a time, and whom the service
/// tells to wait (429) waits. Runs until its task is cancelled.
struct DemoGame: Sendable {
    let service: ServiceURL
    let signer: TokenSigner
    let players: Int
    /// Updates a second.
    let rate: Int
    /// As the environment says it, for where the service does not.
    let maximumIncrease: Int

    /// The service refuses in a way that no waiting mends.
    struct Refused: Error, CustomStringConvertible {
        let status: UInt
        let body: String
        var description: String { "the demo was refused with status \(status): \(body)" }
    }

    private static let tokenLifetime = Duration.seconds(3600)

    private struct Token {
        let text: String
        let renewal: ContinuousClock.Instant
    }

    func run() async throws {
        try await service.withClient { try await play(with: $0) }
    }

    private func play(with client: HTTPClient) async throws {
        var crowd = DemoCrowd(players: players, maximumIncrease: await allowedIncrease ?? maximumIncrease)
        var tokens: [String: Token] = [:]
        var generator = SystemRandomNumberGenerator()
        while true {
            // Spread, or the page's chart would be a ruler.
            try await Task.sleep(for: .seconds(1) / rate * Double.random(in: 0.5...1.5))
            guard let (player, increase) = crowd.next(at: .now, using: &generator) else { continue }
            let token = try token(of: player, in: &tokens)
            do {
                if let pause = try await send(player, increase, token: token, with: client) {
                    crowd.rest(player, until: .now + pause)
                }
            } catch let refused as Refused {
                throw refused
            } catch {
                // It is restarting, or its Redis is: a second later it is worth another try.
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// What the definition of `main` says, if everybody may read it.
    private var allowedIncrease: Int? {
        get async {
            guard let answer = try? await service.get("/api/v1/boards/main", within: .seconds(5)), answer.status == 200,
                let definition = try? JSONValue(json: answer.body, maximumBytes: 65_536).object
            else { return nil }
            return definition["increase_max"]?.integer
        }
    }

    /// - Returns: how long this player has to wait; nil if the update was added.
    private func send(
        _ player: String,
        _ increase: Int,
        token: String,
        with client: HTTPClient
    ) async throws -> Duration? {
        let body = #"{"user_id":"\#(player)","score_increase":\#(increase)}"#
        let answer = try await service.send(.POST, "/api/v1/score/update", token: token, body: body, with: client)
        switch answer.status {
        case 200: return nil
        case 429, 500...599: return .seconds(min(max(answer.retryAfter ?? 1, 1), 3600))
        default: throw Refused(status: answer.status, body: String(buffer: answer.body))
        }
    }

    private func token(of player: String, in tokens: inout [String: Token]) throws -> String {
        if let known = tokens[player], known.renewal > .now { return known.text }
        let text = try signer.token(user: player, lifetime: Self.tokenLifetime)
        tokens[player] = Token(text: text, renewal: .now + Self.tokenLifetime / 2)
        return text
    }
}
