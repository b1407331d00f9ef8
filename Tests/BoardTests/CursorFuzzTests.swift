import Board
import TestSupport
import Testing

@Suite("A fuzzed cursor")
struct CursorFuzzTests {
    @Test(
        "has one text: with a zero before its number it cannot be read",
        arguments: ["e:07", "e:00", "e:007212", "e:"]
    )
    func leadingZeros(text: String) {
        #expect(Cursor(text) == nil)
        #expect(Cursor("e:0") == Cursor(epoch: "e", seq: 0))
    }

    @Test("is taken only where it says an epoch and a whole number, and then comes back as it is")
    func cursors() {
        var mutator = Mutator(
            seed: 8,
            corpus: ["1763000000000000:120", "0:0", "e:9223372036854775807", "a:b:1"],
            words: [":", "-", "+", "0", "00", "9223372036854775808", "１", " ", "\0", "1e3"]
        )
        var taken = 0
        for _ in 0..<50_000 {
            let text = String(decoding: mutator.next(), as: UTF8.self)
            guard let cursor = Cursor(text) else { continue }
            taken += 1
            #expect(cursor.seq >= 0, "\(text)")
            #expect(cursor.description.utf8.elementsEqual(text.utf8), "\(text)")
            #expect(Cursor(cursor.description) == cursor, "\(text)")
        }
        #expect((5000..<45_000).contains(taken))
    }
}
