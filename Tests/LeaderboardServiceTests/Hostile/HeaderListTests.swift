import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A header that is a list")
struct HeaderListTests {
    /// What a peer may send in the place of a list: separators and nothing else, or nearly.
    static let separators = [
        "", ";", ",", "=", ";;", ",,", "==", ";=", "=;", ",;=", "a,,b", "a;;b", "respond-async,", ",respond-async",
        " , ; = ",
        "\t", "\"", "\"\"", "\",", "\";\"", "=,=;=", String(repeating: ",", count: 400),
        String(repeating: ";", count: 400),
    ]

    @Test("of separators alone wants nothing, and ends nothing", arguments: separators)
    func onlySeparators(value: String) throws {
        let names = [
            "Prefer", "Accept-Encoding", "X-Forwarded-For", "Forwarded", "If-None-Match", "Range", "Last-Event-ID",
            "Authorization", "Idempotency-Key", "Content-Type", "Sec-WebSocket-Protocol",
        ]
        let headers = try RequestHeaders(names.map { ($0, value) })
        #expect(!Preferences.wantsRepresentation(headers))
        #expect(!ContentCoding.allowsGzip(headers))
        #expect(!MediaType.isJSON(headers))
        #expect(BearerToken.of(headers) == nil)
        #expect(try TrustedProxies(["10.0.0.1"]).resolve(peer: "10.0.0.1", forwardedFor: headers) == "10.0.0.1")
    }

    @Test(
        "Prefer counts a preference's first mention (RFC 7240)",
        arguments: [
            ("return=representation", true), ("RETURN = representation", true), ("return=\"representation\"", true),
            ("return=representation; x=1", true), ("respond-async, return=representation", true),
            ("return=representation, return=minimal", true), ("return=minimal, return=representation", false),
            ("return, return=representation", false), ("return=, return=representation", false),
            (";return=representation", false), ("return=representations", false), ("xreturn=representation", false),
            ("return=Representation", false), ("return", false), ("return=minimal", false),
        ]
    )
    func preferences(value: String, isWanted: Bool) throws {
        #expect(Preferences.wantsRepresentation(try RequestHeaders([("Prefer", value)])) == isWanted)
        let lines = value.split(separator: ",").map { ("prefer", String($0)) }
        #expect(Preferences.wantsRepresentation(try RequestHeaders(lines)) == isWanted)
    }

    @Test(
        "Content-Type is application/json with or without parameters, and nothing before it",
        arguments: [
            ("application/json", true), ("Application/JSON ; charset=utf-8", true), ("application/json;", true),
            (";application/json", false), (" ; application/json", false), (",application/json", false),
            ("application/json;charset=UTF-8", true), ("application/json; charset=\"utf-8\" ; a=b", true),
            ("application/json;;;charset=us-ascii;", true), ("application/json;a=\"b;c\\\"d\"", true),
            ("application/json;charset=utf-16", false), ("application/json; CharSet=\"UTF-16\"", false),
            ("application/json;charset=utf-8;charset=utf-16", false), ("application/json;charset=", false),
            ("application/json;charset", false), ("application/json;charset=\"utf-8", false),
            ("application/json;a=\"", false), ("application/json;a=\"b\\\"", false),
            ("application/json;a=\"\"b", false),
            ("application/json;a = b", false), ("application/json;=b", false), ("application/json;a=b,c", false),
            ("application/json;a=b c", false), ("application/json, application/json", false),
            ("application/json,", false), ("application/jsonp", false), ("text/json", false), ("", false),
        ]
    )
    func mediaTypes(value: String, isJSON: Bool) throws {
        #expect(MediaType.isJSON(try RequestHeaders([("Content-Type", value)])) == isJSON)
    }

    @Test(
        "Content-Encoding other than none means another form than JSON",
        arguments: [
            ("identity", true), ("Identity, identity", true), ("", true), ("gzip", false), ("identity, gzip", false),
            ("deflate", false), ("br", false), ("utf-8", false), ("identityx", false),
        ]
    )
    func contentCodings(value: String, isJSON: Bool) throws {
        let headers = try RequestHeaders([("Content-Type", "application/json"), ("Content-Encoding", value)])
        #expect(MediaType.isJSON(headers) == isJSON)
    }

    @Test(
        "Accept-Encoding names codings, with a weight",
        arguments: [
            ("gzip", true), ("br, GZIP;q=0.1", true), ("*", true), ("gzip;q=0", false), ("*;q=0", false),
            (";gzip", false),
            ("gzip;q=nan", true), ("gzip;q=inf", true), ("gzip;q=", true), ("gzip;;q=0", false), ("identity", false),
        ]
    )
    func codings(value: String, takesGzip: Bool) throws {
        #expect(ContentCoding.allowsGzip(try RequestHeaders([("Accept-Encoding", value)])) == takesGzip)
    }

    @Test("as of any client leaves the service answering", arguments: [";", ",", "a,,b", "respond-async,"])
    func overSockets(value: String) async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let update = try await service.update("12345", 5, on: connection, ["Prefer": value])
            #expect(update.status == 200)
            #expect(update.headers["preference-applied"] == nil)
        }
    }

    @Test("of a moment has a year of four digits, and extremes are none")
    func moments() {
        #expect(Moment.milliseconds("2026-11-25T04:00:00Z") == 1_795_579_200_000)
        for text in [
            "", "-", "Z", "+0", "1e3", "nan", "-1", "9007199254740992", "9223372036854775808", "1969-12-31T23:59:59Z",
            "99999-01-01T00:00:00Z", "9223372036854775807-01-01T00:00:00Z", "0000-00-00T00:00:00Z",
            "2026-13-45T99:99:99Z",
            "2026-11-25T04:00:00.99999999999999999999Z", "2026-11-25T04:00:00+99:99",
            String(repeating: "9", count: 10_000),
        ] {
            #expect(Moment.milliseconds(text).map { $0 >= 0 } ?? true, "\(text)")
        }
    }
}
