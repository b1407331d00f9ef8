import Foundation
import Testing

@testable import LeaderboardService

@Suite("What remembers tokens")
struct RememberedTokensTests {
    /// The first, by length, of its authors' vectors (github.com/veorq/SipHash), and of OpenSSL's.
    static let vectors: [(Int, String)] = [
        (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
        (7, "a1f1ebbed8dbc153c0b84aa61ff08239"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (9, "264499060ad9baabc47f8b02bb6d71ed"), (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
        (16, "6ee2a4ca67b054bbfd3315bf85230577"), (63, "5150d1772f50834a503e069a973fbd7c"),
    ]

    @Test("is hashed by SipHash-2-4-128: key 00 to 0f, text 00, 01, …", arguments: vectors)
    func hash(length: Int, expected: String) {
        let key = TokenTag.Key(first: 0x0706_0504_0302_0100, second: 0x0F0E_0D0C_0B0A_0908)
        let text = (0..<length).map { UInt8($0) }
        let tag = TokenTag(text.span, key: key)
        let bytes = [tag.first, tag.second].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        #expect(bytes.map { String(format: "%02x", $0) }.joined() == expected)
    }

    @Test("keeps what is asked for, forgets the rest, and never more than its bound")
    func bound() {
        var entries = RecentEntries<Int, Int>(maximum: 100)
        entries.insert(-1, for: -1)
        for stranger in 0..<10_000 {
            entries.insert(stranger, for: stranger)
            #expect(entries.value(for: -1) == -1)
            #expect(entries.count <= 100)
        }
        #expect(entries.value(for: 9_999) == 9_999)
        #expect(entries.value(for: 0) == nil)
    }

    @Test("keeps nothing where nothing may be kept")
    func none() {
        var entries = RecentEntries<Int, Int>(maximum: 0)
        entries.insert(1, for: 1)
        #expect(entries.value(for: 1) == nil)
        #expect(entries.count == 0)
    }
}
