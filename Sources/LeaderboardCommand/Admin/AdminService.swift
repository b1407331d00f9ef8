import Text
import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import LeaderboardService
import NIOCore
import NIOHTTP1

/// The running service, as an operator asks it.
struct AdminService: ParsableArguments {
    private static let maximumAnswerBytes = 256 * 1024 * 1024

    @OptionGroup var service: ServiceOption

    /// The body of the answer. A refusal ends the command with the service's own words.
    func ask(_ method: HTTPMethod, _ path: String, _ body: (some Encodable)? = String?.none) async throws -> ByteBuffer
    {
        let settings = Settings.load()
        let url = try await service.reached(settings)
        // Not an option: the command lines of processes can be read by others.
        let token = try configured { try OperatorToken.read(settings) }
        var request = HTTPClientRequest(url: url.defaultValueDescription + "/api/v1/admin" + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token.text)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response: HTTPClientResponse
        let answer: ByteBuffer
        do {
            // Reverts and erasures read the whole audit.
            (response, answer) = try await url.withClient { [request] client in
                let response = try await client.execute(request, timeout: .seconds(600))
                return (response, try await response.body.collect(upTo: Self.maximumAnswerBytes))
            }
        } catch {
            throw CommandFailure("no answer from \(url.place): \(reason(of: error))")
        }
        guard response.status == .ok else {
            let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(answer.readableBytesView))
            throw CommandFailure(
                refusal.map { "\($0.code): \($0.message)".printable } ?? "the service answered \(response.status)"
            )
        }
        return answer
    }

    func ask<Answer: Decodable>(
        _ method: HTTPMethod,
        _ path: String,
        _ body: (some Encodable)? = String?.none,
        as _: Answer.Type
    ) async throws -> Answer {
        let answer = try await ask(method, path, body)
        return try JSONDecoder().decode(Answer.self, from: Data(answer.readableBytesView))
    }

    private struct Refusal: Decodable {
        let code: String
        let message: String
    }
}

/// Why a command did not do what it was asked for; the exit code is 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension String {
    /// As one segment of a path, or a value of a query (RFC 3986): what is not unreserved is percent-encoded.
    var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
