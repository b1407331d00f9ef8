import Foundation
package import NIOCore

/// One frame of a server: never masked, never fragmented.
package struct TestFrame: Sendable, Equatable {
    package let opcode: UInt8
    package let payload: String

    /// The close code; nil where it is no close frame or has none.
    package let closeCode: Int?

    package init(opcode: UInt8, payload: String, closeCode: Int? = nil) {
        self.opcode = opcode
        self.payload = payload
        self.closeCode = closeCode
    }

    static func take(from bytes: inout ByteBuffer) -> TestFrame? {
        var rest = bytes
        guard let first: UInt8 = rest.readInteger(), let second: UInt8 = rest.readInteger() else { return nil }
        var length = Int(second & 0x7F)
        if length == 126 {
            guard let long: UInt16 = rest.readInteger() else { return nil }
            length = Int(long)
        } else if length == 127 {
            guard let long: UInt64 = rest.readInteger() else { return nil }
            length = Int(long)
        }
        guard var payload = rest.readSlice(length: length) else { return nil }
        bytes = rest
        let opcode = first & 0x0F
        let code: UInt16? = opcode == 8 ? payload.readInteger() : nil
        return TestFrame(opcode: opcode, payload: String(buffer: payload), closeCode: code.map(Int.init))
    }
}

/// A message of the live endpoints: `snapshot`, `changes`, `scoreboard` or `season`.
package struct TestMessage: Decodable, Sendable {
    package struct Row: Decodable, Sendable, Equatable {
        package let user_id: String
        package let score: Int
    }

    package struct Change: Decodable, Sendable {
        package let user_id: String
        package let score: Int
        package let score_increase: Int?
        package let seq: Int?
        package let rank: Int?
    }

    package struct User: Decodable, Sendable {
        package let user_id: String
        package let score, rank: Int?
    }

    package let type: String
    package let board: String?
    package let window, season: String?
    package let cursor: String
    package let from: Int?
    package let scoreboard: [Row]?
    package let changes: [Change]?
    package let users: [User]?
    package let until, now, total: Int?
    package let final: Bool?
    package let next: Season?

    /// The one that begins.
    package struct Season: Decodable, Sendable {
        package let season: String
        package let from, until: Int?
    }

    package init(json: String) throws {
        self = try JSONDecoder().decode(TestMessage.self, from: Data(json.utf8))
    }
}

extension TestConnection {
    /// Opens a WebSocket; what the server sends next are frames.
    package func openWebSocket(
        _ path: String = "/api/v1/scoreboard/live",
        _ headers: [String: String] = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        let own = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        return try await request("GET", path, own.merging(headers) { $1 }, body: body)
    }

    package func frame(within limit: Duration = .seconds(60)) async throws -> TestFrame {
        try await receive(within: limit) { TestFrame.take(from: &$0) }
    }

    /// The next message of a WebSocket; pings are passed over.
    package func message(within limit: Duration = .seconds(60)) async throws -> TestMessage {
        try TestMessage(json: try await text(within: limit))
    }

    /// The same as it came.
    package func text(within limit: Duration = .seconds(60)) async throws -> String {
        while true {
            let frame = try await frame(within: limit)
            if frame.opcode == 1 { return frame.payload }
        }
    }

    /// A client's frame: masked, as RFC 6455 demands of it.
    package func sendFrame(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) async throws {
        try await send(Self.clientFrame(opcode: opcode, payload, isFinal: isFinal))
    }

    package static func clientFrame(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeInteger((isFinal ? 0x80 : 0) | opcode)
        if payload.count < 126 {
            bytes.writeInteger(0x80 | UInt8(payload.count))
        } else {
            bytes.writeInteger(UInt8(0x80 | 126))
            bytes.writeInteger(UInt16(payload.count))
        }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        bytes.writeBytes(mask)
        bytes.writeBytes(payload.enumerated().map { $1 ^ mask[$0 % 4] })
        return bytes
    }

    /// The next event of an event stream: its lines, without comments.
    package func event(within limit: Duration = .seconds(60)) async throws -> [String: String] {
        try await receive(within: limit) { bytes in
            while true {
                let text = String(buffer: bytes)
                guard let end = text.range(of: "\n\n") else { return nil }
                bytes.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
                var fields: [String: String] = [:]
                for line in text[..<end.lowerBound].split(separator: "\n") where !line.hasPrefix(":") {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    fields[String(parts[0])] = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
                }
                if fields["data"] != nil { return fields }
            }
        }
    }
}
