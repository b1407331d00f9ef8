import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The running service, as an operator asks it.
struct AdminService: ParsableArguments {
    static let tokenVariable = "LEADERBOARD_ADMIN_TOKEN"
    private static let maximumAnswerBytes = 256 * 1024 * 1024

    @Option(help: "Where the service is.")
    var url = ServiceURL.local

    /// The body of the answer. A refusal ends the command with the service's own words.
    func ask(_ method: HTTPMethod, _ path: String, _ body: (some Encodable)? = String?.none) async throws -> ByteBuffer
    {
        // Not an option: the command lines of processes can be read by others.
        guard let token = ProcessInfo.processInfo.environment[Self.tokenVariable], !token.isEmpty else {
            throw ValidationError("Put an operator's token into \(Self.tokenVariable): see leaderboard admin --help.")
        }
        var request = HTTPClientRequest(url: url.defaultValueDescription + "/api/v1/admin" + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response: HTTPClientResponse
        let answer: ByteBuffer
        do {
            // Reverts and erasures read the whole audit.
            response = try await HTTPClient.ofService.execute(request, timeout: .seconds(600))
            answer = try await response.body.collect(upTo: Self.maximumAnswerBytes)
        } catch {
            throw CommandFailure("no answer from \(url.defaultValueDescription): \(error)")
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
