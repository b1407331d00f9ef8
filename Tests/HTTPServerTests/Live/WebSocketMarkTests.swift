import NIOCore
import Testing

@testable import HTTPServer

@Suite("Messages that say whose they are")
struct WebSocketMarkTests {
    private let mark = WebSocketMark(member: #""sub":"a""#)

    /// An object of so many bytes.
    private func object(_ bytes: Int) -> String {
        #"{"x":""# + String(repeating: "y", count: bytes - 8) + #""}"#
    }

    @Test(
        "have it first, whatever the length of the message, and the frame's head tells the new one",
        arguments: [8, 112, 113, 115, 116, 125, 126, 127, 300, 65_522, 65_523, 65_525, 65_526, 65_535, 65_536, 200_000]
    )
    func lengths(bytes: Int) {
        let object = object(bytes)
        let marked = mark.mark(WebSocketFrame.text(ByteBuffer(string: object)))
        #expect(marked == WebSocketFrame.text(ByteBuffer(string: #"{"sub":"a","# + object.dropFirst())))
    }

    @Test("may lie one after the other: each has it")
    func several() {
        var frames = ByteBuffer()
        var expected = ByteBuffer()
        for bytes in [9, 70_000, 8, 200, 130] {
            frames.writeImmutableBuffer(WebSocketFrame.text(ByteBuffer(string: object(bytes))))
            let text = #"{"sub":"a","# + object(bytes).dropFirst()
            expected.writeImmutableBuffer(WebSocketFrame.text(ByteBuffer(string: text)))
        }
        #expect(mark.mark(frames) == expected)
        #expect(mark.mark(ByteBuffer()).readableBytes == 0)
    }
}
