import TestSupport
import Testing
import Text

@Suite("Percent-coding")
struct PercentCodingTests {
    @Test(
        "encodes all but what is unreserved, and what it is told to leave",
        arguments: [
            ("", "", ""), ("aZ09-._~", "", "aZ09-._~"), ("a b/c", "", "a%20b%2Fc"), ("a b/c", "/", "a%20b/c"),
            ("é\0%", "", "%C3%A9%00%25"), ("auth0|5f", "", "auth0%7C5f"), ("é", "é", "%C3%A9"),
        ]
    )
    func encodes(text: String, allowed: String, expected: String) {
        #expect(text.percentEncoded(besides: allowed) == expected)
        #expect(expected.percentDecoded.map { String(decoding: $0, as: UTF8.self) } == text)
    }

    @Test(
        "is refused where a % has no two digits behind it",
        arguments: ["%", "a%", "%4", "%4g", "%+f", "%-1", "% 1", "%%41"]
    )
    func refuses(text: String) {
        #expect(text.percentDecoded == nil)
    }

    @Test("decodes bytes that are no text, and takes small digits")
    func decodes() {
        #expect("%ff+%C3".percentDecoded == [0xFF, 0x2B, 0xC3])
    }

    @Test("of any text is decoded to the same")
    func random() {
        var mutator = Mutator(seed: 5, corpus: ["a/b?c=d", "%41", "é日本"], words: ["%", "%25", "\0", "+"])
        for _ in 0..<2000 {
            let text = String(decoding: mutator.next(), as: UTF8.self)
            #expect(text.percentEncoded().percentDecoded == Array(text.utf8))
        }
    }
}
