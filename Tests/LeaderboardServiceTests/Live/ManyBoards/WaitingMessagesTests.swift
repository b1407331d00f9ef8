import NIOCore
import Testing

@testable import LeaderboardService

@Suite("What is said behind a token")
struct WaitingMessagesTests {
    private func text(_ bytes: Int) -> ByteBuffer { ByteBuffer(repeating: 0x20, count: bytes) }

    @Test("comes out in order, binary or not")
    func order() {
        var waiting = WaitingMessages()
        for message in [text(1), nil, text(0), text(3)] {
            let isKept = waiting.add(message)
            #expect(isKept)
        }
        var lengths: [Int?] = []
        while let message = waiting.next() { lengths.append(message?.readableBytes) }
        #expect(lengths == [1, nil, 0, 3])
    }

    @Test(
        "is bounded, by its number and by its length, and there is room again when it has gone",
        arguments: [
            (0, WaitingMessages.maximum), (1, WaitingMessages.maximum), (512, WaitingMessages.maximum),
            (8192, 8), (8193, 7), (65_536, 1), (65_537, 0),
        ]
    )
    func bounds(bytes: Int, count: Int) {
        var waiting = WaitingMessages()
        for _ in 0..<2 {
            for _ in 0..<count {
                let isKept = waiting.add(text(bytes))
                #expect(isKept)
            }
            let isOneMoreKept = waiting.add(text(bytes))
            #expect(!isOneMoreKept)
            while waiting.next() != nil {}
        }
    }
}
