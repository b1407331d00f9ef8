import Text
import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import LeaderboardService
import NIOCore
import NIOHTTP1

/// The running service, as an operator asks it.
struct OperatorService: ParsableArguments {
    static let maximumAnswerBytes = 256 * 1024 * 1024

    @OptionGroup var service: ServiceOption

    /// What the service said, also where it refused.
    struct Answer: Sendable {
        let status: HTTPResponseStatus
        let body: ByteBuffer
        /// Nil: it refused nothing, or in words that nobody here understands.
        let refusal: Refusal?

        var code: String? { refusal?.code }

        /// - Throws: the service's own words, if it refused.
        func success() throws -> ByteBuffer {
            guard (200..<300).contains(status.code) else {
                throw CommandFailure(
                    refusal.map { "\($0.code): \($0.message)".printable } ?? "the service answered \(status)"
                )
            }
            return body
        }
    }

    struct Refusal: Decodable, Sendable {
        let code: String
        let message: String
    }

    /// - Parameters:
    ///   - path: behind `base`.
    ///   - base: other than the operators' part, for what anybody may read.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        under base: String = "/api/v1/admin",
        headers: [(String, String)] = [],
        json: ByteBuffer? = nil
    ) async throws -> Answer {
        let (url, token) = try await reached()
        do {
            // Reverts and erasures read the whole audit.
            return try await url.withClient { client in
                try await OperatorSession(client, url, token)
                    .send(method, base + path, headers: headers, json: json, timeout: .seconds(600))
            }
        } catch {
            throw CommandFailure("no answer from \(url.place): \(reason(of: error))")
        }
    }

    /// Runs `body` with what asks the service many times.
    func session<Value>(_ body: (OperatorSession) async throws -> Value) async throws -> Value {
        let (url, token) = try await reached()
        return try await url.withClient { client in try await body(OperatorSession(client, url, token)) }
    }

    private func reached() async throws -> (ServiceURL, OperatorToken) {
        let settings = Settings.load()
        let url = try await service.reached(settings)
        // Not an option: the command lines of processes can be read by others.
        return (url, try configured { try OperatorToken.read(settings) })
    }
}
