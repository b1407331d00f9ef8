import Foundation
import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

/// A client of the WebSocket of many boards.
struct ManyBoardsClient {
    let connection: TestConnection

    init(_ service: RunningService, _ headers: [String: String] = [:]) async throws {
        connection = try await service.connect()
        let answer = try await connection.openWebSocket("/api/v1/live", headers)
        #expect(answer.status == 101, "\(answer.body)")
    }

    func say(_ text: String) async throws { try await connection.sendFrame(opcode: 1, Array(text.utf8)) }

    /// In one breath: the service reads them at once.
    func say(_ texts: [String]) async throws {
        var bytes = ByteBuffer()
        for text in texts {
            bytes.writeImmutableBuffer(TestConnection.clientFrame(opcode: 1, Array(text.utf8)))
        }
        try await connection.send(bytes)
    }

    func subscribe(_ sub: String, _ board: String, _ more: String = "") async throws {
        try await say(#"{"subscribe":{"sub":"\#(sub)","board":"\#(board)"\#(more.isEmpty ? "" : "," + more)}}"#)
    }

    func unsubscribe(_ sub: String) async throws { try await say(#"{"unsubscribe":{"sub":"\#(sub)"}}"#) }

    /// Whose the next message is, and the message as one who watches that board alone would have it.
    func next() async throws -> (sub: String?, text: String) { Self.split(try await connection.text()) }

    static func split(_ text: String) -> (sub: String?, text: String) {
        guard let match = text.firstMatch(of: /^\{"sub":"([^"]+)",/) else { return (nil, text) }
        return (String(match.1), "{" + text[match.range.upperBound...])
    }

    /// The next message, of whichever subscription.
    func message() async throws -> (sub: String?, message: TestMessage) {
        let (sub, text) = try await next()
        return (sub, try TestMessage(json: text))
    }

    /// The next message of the subscription. Of a board that has just been followed there may be another snapshot meanwhile.
    @discardableResult
    func message(of sub: String) async throws -> TestMessage {
        while true {
            let (told, text) = try await next()
            if told == sub { return try TestMessage(json: text) }
        }
    }

    /// The code of the next message, which is an error or an end.
    func refusal() async throws -> (sub: String?, type: String, code: String?) {
        struct Told: Decodable {
            struct Reason: Decodable { let code, message: String }
            let type: String
            let error: Reason?
        }
        let (sub, text) = try await next()
        let told = try JSONDecoder().decode(Told.self, from: Data(text.utf8))
        return (sub, told.type, told.error?.code)
    }
}
