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
    struct Answer {
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

    struct Refusal: Decodable {
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
        let settings = Settings.load()
        let url = try await service.reached(settings)
        // Not an option: the command lines of processes can be read by others.
        let token = try configured { try OperatorToken.read(settings) }
        var request = HTTPClientRequest(url: url.defaultValueDescription + base + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token.text)")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(json)
        }
        do {
            // Reverts and erasures read the whole audit.
            return try await url.withClient { [request] client in
                let response = try await client.execute(request, timeout: .seconds(600))
                let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
                let isRefusal = response.status.code >= 400
                let refusal =
                    isRefusal ? try? JSONDecoder().decode(Refusal.self, from: Data(body.readableBytesView)) : nil
                return Answer(status: response.status, body: body, refusal: refusal)
            }
        } catch {
            throw CommandFailure("no answer from \(url.place): \(reason(of: error))")
        }
    }
}
