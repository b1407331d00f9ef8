import Leaderboard
import NIOCore
import Testing

@Suite("The scanner of usual objects")
struct PlainObjectScannerTests {
    private func read(_ bytes: [UInt8]) -> Result<ScoreUpdate, ScoreUpdateError> {
        Result { () throws(ScoreUpdateError) in
            try ScoreUpdate(json: ByteBuffer(bytes: bytes), maximumIncrease: 1000)
        }
    }

    @Test(
        "and the strict reader give the same verdict on every text that differs in one byte",
        arguments: [
            #"{"user_id":"12345","score_increase":50}"#, #"{ "user_id": "a.b@c:d", "score_increase": 1000 } "#,
            #"{"user_id":"a","score_increase":0}"#, #"{"user_id":"a","score_increase":-1}"#,
            #"{"user_id":"a","score_increase":01}"#, #"{"score_increase":1,"user_id":"a"}"#,
        ]
    )
    func agrees(text: String) {
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            for byte in 0...255 {
                var changed = bytes
                changed[index] = UInt8(byte)
                compare(changed)
            }
            compare(Array(bytes[..<index]))
            compare(Array(bytes[..<index] + bytes[(index + 1)...]))
        }
    }

    /// Texts of more than 256 bytes go to the reader at once; white space in front means nothing.
    private func compare(_ bytes: [UInt8]) {
        let (usual, strict) = (read(bytes), read([UInt8](repeating: 0x20, count: 300) + bytes))
        switch (usual, strict) {
        case (.success(let left), .success(let right)): #expect(left == right)
        case (.failure, .failure): break
        default: Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(usual) and \(strict)")
        }
    }
}
