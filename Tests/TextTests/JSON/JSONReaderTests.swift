import NIOCore
import TestSupport
import Testing

@testable import Text

@Suite("The JSON reader")
struct JSONReaderTests {
    @Test("keeps every kind of value as it was written")
    func reads() throws {
        let value = try JSONValue(
            json: bytes(#" {"a":[1,-2.50e+1,"x\ty",true,false,null,{},[]],"é":"é"} "#),
            maximumBytes: 100
        )
        let object = try #require(value.object)
        #expect(object.members.map(\.name) == ["a", "é"])
        #expect(
            object["a"]
                == .array([
                    .number(JSONNumber(text: "1")), .number(JSONNumber(text: "-2.50e+1")), .string("x\ty"),
                    .bool(true), .bool(false), .null, .object(JSONObject(members: [])), .array([]),
                ])
        )
        #expect(object["é"]?.string == "é")
        #expect(object["b"] == nil)
    }

    @Test(
        "reads every text of RFC 8259, at its edges too",
        arguments: [
            "0", "-0", "-0.0e-0", "1E400", "9007199254740993", "\"\"", "[]", "{}", " \t\r\n1 \t\r\n", "[1,2]", "true",
            #""\u0000""#, #""\u00e9\uD83D\uDE00\/""#, "\"\u{7F}\u{10FFFF}\"", #"{"a":1,"A":2,"":3}"#,
            "{\"é\":1,\"e\u{301}\":2}",
            "[[[[[[[[]]]]]]]]",
        ]
    )
    func accepts(text: String) throws {
        _ = try JSONValue(json: bytes(text), maximumBytes: 4096)
    }

    static let hostile: [(String, JSONSyntaxError.Reason, Int)] = [
        ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("\u{FEFF}1", .byteOrderMark, 0),
        ("1 2", .trailingBytes, 2), ("{}{}", .trailingBytes, 2), ("{},", .trailingBytes, 2), ("1\0", .trailingBytes, 1),
        ("{", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("[1,]", .unexpectedByte, 3),
        ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("{\"a\"}", .unexpectedByte, 4),
        ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1),
        ("{\"a\":}", .unexpectedByte, 5), ("{1:1}", .unexpectedByte, 1), ("]", .unexpectedByte, 0),
        ("//\n1", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0), ("tru", .unexpectedEnd, 3),
        ("True", .unexpectedByte, 0), ("nulL", .unexpectedByte, 3), ("NaN", .unexpectedByte, 0),
        ("Infinity", .unexpectedByte, 0), ("-Infinity", .malformedNumber, 1), ("+1", .unexpectedByte, 0),
        ("01", .malformedNumber, 1), ("-01", .malformedNumber, 2), ("00", .malformedNumber, 1),
        (".5", .unexpectedByte, 0),
        ("1.", .unexpectedEnd, 2), ("1.e1", .malformedNumber, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
        ("1ex", .malformedNumber, 2), ("-", .unexpectedEnd, 1), ("--1", .malformedNumber, 1),
        ("0x10", .trailingBytes, 1),
        ("1_000", .trailingBytes, 1), ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2),
        ("\"\\x41\"", .malformedEscape, 2), ("\"\\u12G4\"", .malformedEscape, 5), ("\"\\u+123\"", .malformedEscape, 3),
        ("\"\\u１２３４\"", .malformedEscape, 3), ("\"\\u12\"", .malformedEscape, 5),
        ("\"\\uD800\"", .loneSurrogate, 3), ("\"\\uDC00\\uD800\"", .loneSurrogate, 3),
        ("\"\\uD800\\uD800\"", .loneSurrogate, 3), ("\"\\uD800\\n\"", .loneSurrogate, 3),
        ("\"\\uD800x\"", .loneSurrogate, 3), ("\"a\nb\"", .controlCharacter, 2),
        ("\"\\n\u{1F}\"", .controlCharacter, 3),
        (#"{"a":1,"a":2}"#, .duplicateName, 7), (#"{"a":1,"\u0061":2}"#, .duplicateName, 7),
        ("[[[[[[[[[]]]]]]]]]", .tooDeep, 8), (#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}"#, .tooDeep, 40),
    ]

    @Test("refuses all else, and says why and where", arguments: hostile)
    func refuses(text: String, reason: JSONSyntaxError.Reason, offset: Int) {
        #expect(throws: JSONSyntaxError(reason: reason, offset: offset)) {
            try JSONValue(json: bytes(text), maximumBytes: 4096)
        }
    }

    @Test(
        "refuses ill-formed UTF-8",
        arguments: [
            [0xFF], [0x80], [0xC3], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func refusesIllFormed(sequence: [UInt8]) throws {
        let quote = UInt8(ascii: "\"")
        for escape in [[], bytes("\\n")] {
            #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: 1)) {
                try JSONValue(json: [quote] + escape + sequence + [quote], maximumBytes: 100)
            }
        }
        let control = try JSONValue(json: [quote, 0xE2, 0x82, 0xAC, quote], maximumBytes: 100)
        #expect(control.string == "€")
    }

    @Test("is bounded in size and depth, however hostile the text")
    func bounds() throws {
        let open = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONSyntaxError(reason: .tooLarge, offset: 4096)) {
            try JSONValue(json: ByteBuffer(bytes: open), maximumBytes: 4096)
        }
        #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 8)) {
            try JSONValue(json: open, maximumBytes: 100_000)
        }
        _ = try JSONValue(json: bytes("[[]]"), maximumBytes: 4, maximumDepth: 2)
        #expect(throws: JSONSyntaxError(reason: .tooDeep, offset: 1)) {
            try JSONValue(json: bytes("[[]]"), maximumBytes: 4, maximumDepth: 1)
        }
    }

    @Test("finds a duplicate among a thousand names")
    func manyNames() throws {
        let members = (0..<1000).map { "\"\($0)\":0" }
        _ = try JSONValue(json: bytes("{" + members.joined(separator: ",") + "}"), maximumBytes: 100_000)
        for repeated in [0, 15, 16, 17, 999] {
            let text = "{" + (members + [members[repeated]]).joined(separator: ",") + "}"
            let error = #expect(throws: JSONSyntaxError.self) {
                try JSONValue(json: bytes(text), maximumBytes: 100_000)
            }
            #expect(error?.reason == .duplicateName)
        }
    }

    @Test(
        "takes every whole number for an integer, however it is written, and no other",
        arguments: [
            ("0", 0), ("50", 50), ("-7", -7), ("9007199254740991", 9_007_199_254_740_991),
            ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("9223372036854775808", nil),
            ("50.0", 50), ("5e1", 50), ("-0", 0), ("-0.0e-0", 0), ("0e99999999999999999999", 0), ("1E2", 100),
            ("-5.0E+01", -50), ("5000e-2", 50), ("0.00005e6", 50), ("9007199254740993.0", 9_007_199_254_740_993),
            ("9.223372036854775807e18", Int.max), ("-922337203685477580.8e1", Int.min),
            ("50.5", nil), ("5e-1", nil), ("0.1", nil), ("1e-400", nil), ("1e400", nil), ("1e19", nil), ("1e20", nil),
            ("9.223372036854775808e18", nil), ("1e9223372036854775807", nil), ("1.0e-9223372036854775808", nil),
            ("1e99999999999999999999", nil), ("12345678901234567890123e-3", nil),
        ] as [(String, Int?)]
    )
    func integers(text: String, integer: Int?) throws {
        #expect(try JSONValue(json: bytes(text), maximumBytes: 100).integer == integer)
    }

    @Test("survives every text made of its own pieces, and every cut of one")
    func pieces() {
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "D83D", "0", "-", ".", "e", "true", "\u{0}", "é", " ",
        ]
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...12, using: &random)
            let text = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            let whole = bytes(text)
            _ = try? JSONValue(
                json: Array(whole.prefix(Int.random(in: 0...whole.count, using: &random))),
                maximumBytes: 100
            )
        }
    }
}

func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}
