import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

/// The body of an update, and what comes of it.
struct BodyCase: Sendable {
    let name: String
    var code: String?
    let bytes: [UInt8]

    /// - Parameter code: nil: it is a valid update of one point.
    init(_ name: String, _ code: String?, _ text: String) {
        self.init(name, code, bytes: Array(text.utf8))
    }

    init(_ name: String, _ code: String?, bytes: [UInt8]) {
        (self.name, self.code, self.bytes) = (name, code, bytes)
    }

    var status: Int {
        switch code {
        case nil: 200
        case "body_too_large": 413
        default: 400
        }
    }

    static let all = controls + texts + encodings + numbers + users

    private static let good = #"{"user_id":"12345","score_increase":1}"#

    private static func padded(to count: Int) -> String {
        let rest = #","x":""}"#
        return good.dropLast() + #","x":""# + String(repeating: "x", count: count - good.count + 1 - rest.count)
            + #""}"#
    }

    private static func deep(_ depth: Int) -> String {
        let (open, close) = (String(repeating: "[", count: depth), String(repeating: "]", count: depth))
        return good.dropLast() + #","x":"# + open + close + "}"
    }

    /// A user id of these bytes.
    private static func user(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"user_id":""#.utf8) + bytes + Array(#"","score_increase":1}"#.utf8)
    }

    private static let controls: [BodyCase] = [
        BodyCase("the usual body", nil, good),
        BodyCase("the other order", nil, #"{"score_increase":1,"user_id":"12345"}"#),
        BodyCase("white space", nil, "\r\n\t { \"user_id\" : \"12345\" ,\n\"score_increase\" : 1 } "),
        BodyCase("escapes in names and values", nil, #"{"user\u005fid":"\u00312345","score_increase":1}"#),
        BodyCase(
            "further fields, of any kind",
            nil,
            #"{"a":null,"b":[1.5,{"user_id":"x"}],"user_id":"12345","score_increase":1}"#
        ),
        BodyCase("nested as deeply as may be", nil, deep(7)),
        BodyCase("4096 bytes", nil, padded(to: 4096)),
    ]

    private static let texts: [BodyCase] = [
        BodyCase("nothing", "invalid_json", ""), BodyCase("white space alone", "invalid_json", " \n"),
        BodyCase("a form", "invalid_json", "user_id=12345&score_increase=1"),
        BodyCase("an array", "invalid_json", "[\(good)]"), BodyCase("null", "invalid_json", "null"),
        BodyCase("a string", "invalid_json", "\"12345\""), BodyCase("a number", "invalid_json", "50"),
        BodyCase("half of it", "invalid_json", String(good.prefix(20))),
        BodyCase("a user twice", "invalid_json", #"{"user_id":"12345","user_id":"12345","score_increase":1}"#),
        BodyCase("an increase twice", "invalid_json", #"{"user_id":"12345","score_increase":1,"score_increase":1000}"#),
        BodyCase(
            "twice, once escaped",
            "invalid_json",
            #"{"user_id":"12345","score_increase":1,"score\u005fincrease":2}"#
        ),
        BodyCase(
            "a name twice further in",
            "invalid_json",
            #"{"user_id":"12345","score_increase":1,"x":{"a":1,"a":2}}"#
        ),
        BodyCase("something behind it", "invalid_json", good + "x"),
        BodyCase("two of them", "invalid_json", good + good),
        BodyCase("a NUL behind it", "invalid_json", good + "\0"),
        BodyCase("a comma too many", "invalid_json", good.dropLast() + ",}"),
        BodyCase("a comment", "invalid_json", good + "//"),
        BodyCase("single quotes", "invalid_json", "{'user_id':'12345'}"),
        BodyCase("names without quotes", "invalid_json", "{user_id:\"12345\",score_increase:1}"),
        BodyCase("too deep by one", "invalid_json", deep(8)),
        BodyCase("deep without end", "invalid_json", String(repeating: "[", count: 4096)),
        BodyCase("objects without end", "invalid_json", String(repeating: #"{"a":"#, count: 800)),
        BodyCase("a byte too large", "body_too_large", padded(to: 4097)),
    ]

    private static let encodings: [BodyCase] = [
        BodyCase("a byte order mark", "invalid_json", "\u{FEFF}" + good),
        BodyCase("UTF-16", "invalid_json", bytes: good.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }),
        BodyCase("a stray byte", "invalid_json", bytes: user([0x31, 0xFF])),
        BodyCase("a sequence cut short", "invalid_json", bytes: user([0xE2, 0x82])),
        BodyCase("an overlong slash", "invalid_json", bytes: user([0xC0, 0xAF])),
        BodyCase("a surrogate in UTF-8", "invalid_json", bytes: user([0xED, 0xA0, 0x80])),
        BodyCase("beyond Unicode", "invalid_json", bytes: user([0xF4, 0x90, 0x80, 0x80])),
        BodyCase("a high surrogate alone", "invalid_json", #"{"user_id":"\ud800","score_increase":1}"#),
        BodyCase("a low surrogate alone", "invalid_json", #"{"user_id":"\udc00","score_increase":1}"#),
        BodyCase("surrogates in the wrong order", "invalid_json", #"{"user_id":"\udc00\ud800","score_increase":1}"#),
        BodyCase("a lone surrogate in a field of no interest", "invalid_json", good.dropLast() + #","x":"\ud800"}"#),
        BodyCase("a control character", "invalid_json", "{\"user_id\":\"123\n45\",\"score_increase\":1}"),
        BodyCase("an escape that is none", "invalid_json", #"{"user_id":"\x31","score_increase":1}"#),
    ]

    private static let numbers: [BodyCase] =
        [
            ("50.5", "invalid_score_increase"), ("1.5e0", "invalid_score_increase"), ("1e-1", "invalid_score_increase"),
            ("1e400", "invalid_score_increase"), ("1E5", "invalid_score_increase"), ("-0.1", "invalid_score_increase"),
            ("-1", "invalid_score_increase"), ("1001", "invalid_score_increase"),
            ("9007199254740993", "invalid_score_increase"), ("9223372036854775808", "invalid_score_increase"),
            ("18446744073709551617", "invalid_score_increase"), ("\"1\"", "invalid_score_increase"),
            ("true", "invalid_score_increase"), ("null", "invalid_score_increase"), ("[1]", "invalid_score_increase"),
            ("{}", "invalid_score_increase"), ("+1", "invalid_json"), ("01", "invalid_json"), ("0x1", "invalid_json"),
            ("1.", "invalid_json"), (".5", "invalid_json"), ("1e", "invalid_json"), ("NaN", "invalid_json"),
            ("Infinity", "invalid_json"), ("1_0", "invalid_json"), ("１", "invalid_json"), ("", "invalid_json"),
        ].map { number, code in
            BodyCase("the increase \(number)", code, #"{"user_id":"12345","score_increase":\#(number)}"#)
        }

    private static let users: [BodyCase] =
        [
            "12345", "null", "[]", "\"\"", "\" 12345\"", "\"12345\\u0000\"", "\"12345\\n\"", "\"é\"", "\"１２３４５\"",
            "\"../12345\"", "\"<b>\"", "\"*\"", "\"{main}\"", "\"\(String(repeating: "a", count: 129))\"",
        ].map { BodyCase("the user \($0)", "invalid_user_id", #"{"user_id":\#($0),"score_increase":1}"#) }
}

@Suite("A hostile body")
struct HostileBodiesTests {
    @Test("gets its 400 (or 413) and changes nothing; a valid one counts")
    func table() async throws {
        try await withService { service, redis in
            let token = try service.token("12345")
            var connection = try await service.connect()
            for row in BodyCase.all {
                var request = ByteBuffer(
                    string: "POST /api/v1/score/update HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(row.bytes.count)\r\n\r\n"
                )
                request.writeBytes(row.bytes)
                try await connection.send(request)
                let response = try await connection.response()
                #expect((response.status, response.code) == (row.status, row.code), "\(row.name)")
                // What a body says never stands in what is said about it.
                if row.code != nil { #expect(response.body.utf8.allSatisfy { $0 < 0x80 }, "\(row.name)") }
                if response.headers["connection"] == "close" { connection = try await service.connect() }
            }
            let valid = BodyCase.all.count { $0.code == nil }
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "\(valid)")
            #expect(try await redis.command("ZCARD", "lb:{main}:scores") == "1")
        }
    }
}
