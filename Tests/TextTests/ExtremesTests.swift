import Testing

@testable import Text

@Suite("A bounded value")
struct ExtremesTests {
    @Test(
        "of a port is 1 to 65535",
        arguments: [
            (Int.min, false), (-1, false), (0, false), (1, true), (65_535, true), (65_536, false), (84_443, false),
            (1 << 31, false), (1 << 32, false), (1 << 53, false), (.max, false),
        ]
    )
    func ports(number: Int, isPort: Bool) {
        #expect(Port(number)?.number == (isPort ? number : nil))
        #expect(Port("\(number)")?.number == (isPort ? number : nil))
    }

    @Test("of a port is digits alone", arguments: ["", " ", "+80", "80 ", "8_0", "0x50", "１", "000080", "٨٠"])
    func noPorts(text: String) {
        #expect(Port(text) == nil)
    }

    @Test(
        "of a double is its whole part, or the nearest integer there is",
        arguments: [
            (0, 0), (-0.9, 0), (1.9, 1), (0x1p31, 1 << 31), (0x1p53, 1 << 53), (0x1p63.nextDown, Int.max - 1023),
            (0x1p63, Int.max), (0x1p64, Int.max), (1e300, Int.max), (.infinity, Int.max), (-0x1p63, Int.min),
            ((-0x1p63).nextDown, Int.min), (-1e300, Int.min), (-.infinity, Int.min), (.nan, 0), (.signalingNaN, 0),
        ] as [(Double, Int)]
    )
    func doubles(value: Double, whole: Int) {
        #expect(Int(clamping: value) == whole)
    }

    @Test(
        "of a text is cut at the first separator",
        arguments: [
            ("", "", nil), (";", "", ""), (";;", "", ";"), ("a", "a", nil), ("a;", "a", ""), (";a", "", "a"),
            ("a;b;c", "a", "b;c"), ("a;\u{301}b", "a", "\u{301}b"), ("a\r;\nb", "a\r", "\nb"),
        ] as [(String, String, String?)]
    )
    func cuts(text: String, before: String, after: String?) {
        let parts = text.cut(at: ";")
        #expect(parts.before.unicodeScalars.elementsEqual(before.unicodeScalars))
        #expect((parts.after == nil) == (after == nil))
        #expect((parts.after ?? "").unicodeScalars.elementsEqual((after ?? "").unicodeScalars))
    }

    @Test(
        "of a text are the parts between separators, byte by byte, whatever stands beside one",
        arguments: [
            ("", [""]), (",", ["", ""]), ("a,,b,", ["a", "", "b", ""]), ("a\u{603},b", ["a\u{603}", "b"]),
            ("\u{110BD},", ["\u{110BD}", ""]), ("a,\u{301}b", ["a", "\u{301}b"]), ("\r,\n", ["\r", "\n"]),
        ]
    )
    func parts(text: String, parts: [String]) {
        let bytes = parts.map { Array($0.utf8) }
        #expect(text.parts(at: ",").map { Array($0.utf8) } == bytes)
        let (before, after) = text.cut(atLast: ",")
        #expect(Array(after.utf8) == bytes.last)
        #expect((before == nil) == (parts.count == 1))
    }

    @Test(
        "of a URL's authority is a host, and a port or the default one",
        arguments: [
            ("localhost", "localhost:443"), ("example.com:1", "example.com:1"), ("a_b-c.d~e:65535", "a_b-c.d~e:65535"),
            ("192.0.2.1:8080", "192.0.2.1:8080"), ("[::1]", "[::1]:443"), ("[2001:db8::1]:80", "[2001:db8::1]:80"),
        ]
    )
    func authorities(text: String, description: String) throws {
        #expect(try Authority(text, defaultPort: .https).description == description)
    }

    @Test(
        "of a URL's authority is nothing else",
        arguments: [
            "", ":", ":80", "a:", "a:0", "a:65536", "a:84443", "a:9223372036854775808", "a:-1", "a:1:2", "[", "]", "[]",
            "[[]",
            "[]]", "[[", "[::1", "::1", "::1]", "[::1]x", "[::1]:", "[::1]:0", "[::1]::80", "[a]", "a b", "a\0", "a/b",
            "u@a",
            "a%00", "ä", "a\u{301}", "[fe80::1%eth0]", "a,b", String(repeating: "a", count: 254),
        ]
    )
    func noAuthorities(text: String) {
        #expect(throws: Authority.Invalid.self) { try Authority(text, defaultPort: .https) }
    }
}
