import NIOCore
import TestSupport
import Testing

@testable import HTTPServer
@testable import LeaderboardService

@Suite("Live messages, compressed")
struct CompressionTests {
    private static let offer = ["Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"]

    /// The next message, and whether it came compressed.
    private func next(_ viewer: TestConnection) async throws -> (text: String, isCompressed: Bool) {
        let (first, payload) = try await viewer.receive { bytes -> (UInt8, ByteBuffer)? in
            var rest = bytes
            guard let first: UInt8 = rest.readInteger(), let second: UInt8 = rest.readInteger() else { return nil }
            var length = Int(second)
            if second == 126 {
                guard let long: UInt16 = rest.readInteger() else { return nil }
                length = Int(long)
            }
            guard let payload = rest.readSlice(length: length) else { return nil }
            bytes = rest
            return (first, payload)
        }
        guard first == 0xC1 else { return (String(buffer: payload), false) }
        return (String(buffer: try Inflation.message(payload, maximumBytes: 1 << 20)), true)
    }

    @Test("tell those who offered it what they tell the others, and so on the WebSocket of many boards")
    func equal() async throws {
        let own = ["LIVE_COMPRESSION": "true", "LIVE_WINDOW_MS": "0"]
        try await withService(own) { (service: RunningService, _: PrivateRedisServer) async throws in
            let writer = try await service.connect()
            let names = (1...10).map { String(repeating: "n\($0)-", count: 30) }
            for (index, name) in names.enumerated() { _ = try await service.update(name, 100 - index, on: writer) }
            let (plain, offering) = (try await service.connect(), try await service.connect())
            let path = "/api/v1/boards/main/live?view=top"
            #expect(try await plain.openWebSocket(path).headers["sec-websocket-extensions"] == nil)
            let answer = try await offering.openWebSocket(path, Self.offer)
            #expect(answer.headers["sec-websocket-extensions"]?.hasPrefix("permessage-deflate;") == true)
            let many = try await ManyBoardsClient(service, Self.offer)
            try await many.subscribe("a", "main", #""view":"top""#)
            for round in 0..<3 {
                if round > 0 { _ = try await service.update(names[round], 50, on: writer) }
                let told = try await next(plain)
                #expect(!told.isCompressed && told.text.utf8.count > 1024)
                #expect(try await next(offering) == (told.text, true))
                let marked = try await next(many.connection)
                #expect(marked.isCompressed)
                #expect(marked.text == #"{"sub":"a","# + told.text.dropFirst())
            }
            // What is short is not.
            let short = try await service.connect()
            _ = try await short.openWebSocket("/api/v1/boards/main/live", Self.offer)
            #expect(try await next(short).isCompressed)
            _ = try await service.update("ada", 1, on: writer)
            let change = try await next(short)
            #expect(!change.isCompressed && change.text.contains(#""user_id":"ada""#))
        }
    }
}
