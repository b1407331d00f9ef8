import Text
import NIOCore
import TestSupport
import Testing

@Suite("The JSON string writer")
struct JSONWriterTests {
    @Test(
        "escapes what must be, and nothing else",
        arguments: [
            ("", #""""#), ("12345", #""12345""#), (#"a"b\c/d"#, #""a\"b\\c/d""#), ("\n\r\t", #""\n\r\t""#),
            ("\u{0}\u{8}\u{1F}\u{7F}", #""\u0000\u0008\u001f\u007f""#), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
            ("é€😀", "\"é€😀\""),
        ]
    )
    func escapes(text: String, json: String) {
        var buffer = ByteBuffer()
        buffer.writeJSON(text)
        #expect(String(buffer: buffer) == json)
    }

    @Test("writes what the reader reads back, whatever the text")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x11_0000
                if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            var buffer = ByteBuffer()
            buffer.writeJSON(text)
            let read = try JSONValue(json: buffer, maximumBytes: 1000).string
            #expect(read.map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}
