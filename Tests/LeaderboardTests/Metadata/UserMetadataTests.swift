import NIOCore
import Testing
import Text

@testable import Leaderboard

@Suite("What a user says of itself")
struct UserMetadataTests {
    private static func read(_ json: String) -> Result<String, InvalidMetadata> {
        Result { () throws(InvalidMetadata) in
            try UserMetadata(json: ByteBuffer(string: json), maximumBytes: 4096).json
        }
    }

    @Test(
        "is kept as we write it: those with rules first, the others by name, without white space and what is null",
        arguments: [
            (#"{}"#, #"{}"#),
            (#" { "name" : "Ada" } "#, #"{"name":"Ada"}"#),
            (#"{"name":null,"x":null}"#, #"{}"#),
            (#"{"name":"  Ada Lovelace\u00a0"}"#, #"{"name":"Ada Lovelace"}"#),
            (
                #"{"b":[1,{"c":null}],"a":1e400,"country":"GB","name":"\u0041da"}"#,
                #"{"name":"Ada","country":"GB","a":1e400,"b":[1,{"c":null}]}"#
            ),
            (
                #"{"avatar":"https://cdn.example.com/a.png?s=64#x","":""}"#,
                #"{"avatar":"https://cdn.example.com/a.png?s=64#x","":""}"#
            ),
            (#"{"x":"\u0007\u007f\u2028<"}"#, #"{"x":"\u0007\u007f\u2028<"}"#),
        ]
    )
    func kept(json: String, kept: String) throws {
        #expect(try Self.read(json).get() == kept)
        #expect(UserMetadata(stored: kept)?.json == kept)
    }

    @Test("says all that is wrong with it at once")
    func faults() {
        let all = #"{"name":"","avatar":"http://x","country":"de","x":"\#(String(repeating: "x", count: 512))"}"#
        guard case .failure(let error) = Self.read(all) else { return #expect(Bool(false), "it was taken") }
        #expect(error.faults.count == 4)
        for word in ["name", "avatar", "country", "bytes"] {
            #expect(error.description.contains(word), "\(error)")
        }
    }

    @Test("is an object of 512 bytes as it is kept, nested 6 deep")
    func bounds() throws {
        for text in ["", "[]", "1", #""x""#, "null", "{", #"{"a":1,"a":2}"#, "{}{}"] {
            #expect(throws: InvalidMetadata.self, "\(text)") { try Self.read(text).get() }
        }
        func sized(_ bytes: Int) -> String { #"{"a": "\#(String(repeating: "x", count: bytes - 8))"}"# }
        #expect(try Self.read(sized(512)).get().utf8.count == 512)
        #expect(throws: InvalidMetadata.self) { try Self.read(sized(513)).get() }
        // A control character takes six bytes there.
        let escaped = #"{"a":"\#(String(repeating: #"\u0001"#, count: 84))"}"#
        #expect(try Self.read(escaped).get().utf8.count == 512)
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(try Self.read(nested(6)).get() == nested(6))
        #expect(throws: InvalidMetadata.self) { try Self.read(nested(7)).get() }
        #expect(throws: InvalidMetadata.self) { try Self.read(nested(9)).get() }
    }

    @Test("is not shown where another writer has put what is none", arguments: ["", "!", "x", "[]", #"{"name":""}"#])
    func foreign(text: String) {
        #expect(UserMetadata(stored: text) == nil)
    }

    @Test(
        "may have a name of any script, and an emoji of several characters counts as one",
        arguments: [
            "a", "Ada Lovelace", "李小龍", "محمد", "می‌خواهم", "नमस्ते", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Scot", "❤️", "O'Neil-Smith", "<img onerror=x>",
            "Zo\u{308}e", String(repeating: "é", count: 64),
        ]
    )
    func goodName(text: String) throws {
        #expect(try DisplayName(text).text == text)
    }

    @Test(
        "has no name that nobody sees, or that reaches over its place",
        arguments: [
            "", " ", "\u{A0}\u{3000}", "\u{200D}", "\u{FE0F}", "\u{2800}", "\u{3164}", "\u{200B}", "a\nb", "a\u{0}b",
            "\u{301}", "\u{1D159}", "a\u{7F}", "a\u{85}b", "a\u{9B}b", "a\u{2028}b", "a\u{202E}b", "a\u{202A}b",
            "a\u{2066}b", "a\u{2069}b",
            "a\u{200E}b", "a\u{200F}b", "a\u{61C}b", "a\u{FEFF}b", "a\u{AD}b", "a\u{E000}b", "a\u{FFFF}b",
            "a\u{E0041}b",
            "Z" + String(repeating: "\u{308}", count: 9), String(repeating: "a", count: 65),
        ]
    )
    func badName(text: String) {
        #expect(throws: DisplayName.Invalid.self) { try DisplayName(text) }
    }

    @Test(
        "has a picture at an https URL",
        arguments: [
            ("https://a.example/x.png", true), ("https://a.example", true), ("https://[2001:db8::1]:8443/a", true),
            ("https://a.example/%C3%A9?x=1&y=(2)#z", true), ("https://a.example:443", true),
            ("https://\(String(repeating: "a", count: 60)).example/\(String(repeating: "x", count: 179))", true),
            ("https://\(String(repeating: "a", count: 60)).example/\(String(repeating: "x", count: 180))", false),
            ("", false), ("https://", false), ("https:///x", false), ("http://a.example/x", false),
            ("HTTPS://a.example/x", false), ("//a.example/x", false), ("javascript:alert(1)", false),
            ("data:image/png;base64,x", false), ("https://user@a.example/x", false),
            ("https://user:pw@a.example/x", false), ("https://a.example:0/x", false),
            ("https://a.example:65536/x", false), ("https://a.example/ x", false), ("https://a.example/\"x", false),
            ("https://a.example/<x>", false), ("https://a.example\\x", false), ("https://a.example/%4", false),
            ("https://a.example/%zz", false), ("https://é.example/x", false), ("https://a.example/[x]", false),
            ("https://a.example/#a#b", false), ("https://[::1/x", false),
        ]
    )
    func avatar(text: String, isGood: Bool) {
        #expect((PictureURL(text)?.text == text) == isGood, "\(text)")
    }

    @Test("has a country of ISO 3166-1")
    func country() {
        #expect(CountryCode.all.count == 249)
        for text in ["DE", "GB", "ZW", "AX"] { #expect(CountryCode(text)?.letters == text) }
        for text in ["", "D", "de", "UK", "EU", "XX", "DEU", "D\u{45}\u{301}", "ＤＥ", " DE", "DE\n", "276"] {
            #expect(CountryCode(text) == nil, "\(text)")
        }
    }
}
