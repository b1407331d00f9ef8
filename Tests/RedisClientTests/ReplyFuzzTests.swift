import NIOCore
import TestSupport
import Testing

@testable import RedisClient

@Suite("A fuzzed stream of replies")
struct ReplyFuzzTests {
    @Test("is read as the same replies, or refused after the same ones, wherever it is split")
    func splits() {
        var mutator = Mutator(
            seed: 9,
            corpus: ReplyReaderTests.recorded.map(\.bytes) + ReplyReaderTests.messages.map(\.bytes),
            words: [
                "\r\n", "*2\r\n", "$-1\r\n", "*-1\r\n", ":1\r\n", "$3\r\n", "-", "+", ":", "*1\r\n*1\r\n", "99", "\0",
            ]
        )
        var refused = 0
        for _ in 0..<2000 {
            let stream = Array("+OK\r\n".utf8) + mutator.next() + Array(":1\r\n".utf8)
            // A length that hiredis would reserve memory for is another matter than a text that it cannot read.
            guard stream.count < 200 else { continue }
            let whole = Self.read([stream])
            if whole.isRefused { refused += 1 }
            let split = Int.random(in: 0...stream.count, using: &mutator.random)
            #expect(Self.read([Array(stream[..<split]), Array(stream[split...])]) == whole, "\(stream) at \(split)")
            #expect(Self.read(stream.map { [$0] }) == whole, "\(stream)")
        }
        #expect((200..<1800).contains(refused))
    }

    private struct Outcome: Equatable {
        var incoming: [Incoming] = []
        var isRefused = false
    }

    private static func read(_ parts: [[UInt8]]) -> Outcome {
        let reader = ReplyReader(takesMessages: true)
        var outcome = Outcome()
        do {
            for part in parts {
                try reader.feed(ByteBuffer(bytes: part))
                while let next = try reader.next() { outcome.incoming.append(next) }
            }
        } catch {
            outcome.isRefused = true
        }
        return outcome
    }
}
