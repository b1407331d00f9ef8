import Testing

/// Bytes that a client may send, and the verdict: the statuses of all answers, and whether the connection is kept. None
/// may reach `/smuggled`.
struct HostileHead: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: String
    let statuses: [Int]
    var isKept = false

    var testDescription: String { name }

    private static func get(
        _ headers: String,
        _ statuses: [Int],
        target: String = "/hello",
        kept: Bool = false,
        _ name: String
    )
        -> HostileHead
    {
        HostileHead(
            name: name,
            bytes: "GET \(target) HTTP/1.1\r\n\(headers)\r\n",
            statuses: statuses,
            isKept: kept
        )
    }

    private static func post(_ headers: String, _ body: String, _ statuses: [Int], kept: Bool = false, _ name: String)
        -> HostileHead
    {
        HostileHead(
            name: name,
            bytes: "POST /echo HTTP/1.1\r\nHost: test\r\n\(headers)\r\n\(body)",
            statuses: statuses,
            isKept: kept
        )
    }

    private static func method(_ method: String, _ status: Int, target: String = "/hello", _ name: String)
        -> HostileHead
    {
        HostileHead(
            name: name,
            bytes: "\(method) \(target) HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
            statuses: [status],
            isKept: true
        )
    }

    private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n"

    /// What is right, or odd and harmless: the controls of the table.
    static let harmless = [
        get("Host: test\r\n", [200], kept: true, "a plain request"),
        get("hOsT: test:8080\r\n", [200], kept: true, "names in any case"),
        get("Host: [2001:db8::1]:80\r\n", [200], kept: true, "an IPv6 host"),
        get("Host:\r\n", [200], kept: true, "an empty host"),
        get("Host: test\r\nX-A: \t a b \t\r\n", [200], kept: true, "blanks around a value"),
        get("Host: test\r\nX-A:\r\n", [200], kept: true, "an empty value"),
        get("Host: test\r\n", [200], target: "http://test/hello", kept: true, "an absolute target"),
        get("Host: test\r\n", [200], target: "HTTP://test/hello", kept: true, "an absolute target in capitals"),
        get("Host: test\r\n", [404], target: "http://test", kept: true, "an absolute target without a path"),
        get(
            "Host: other\r\n",
            [200],
            target: "http://test/hello?a=b",
            kept: true,
            "an absolute target of another host"
        ),
        get("Host: test\r\n", [404], target: "/hello/../hello", kept: true, "dots in a path"),
        get("Host: test\r\n", [404], target: "/%2e%2e/etc/passwd", kept: true, "encoded dots in a path"),
        get("Host: test\r\n", [404], target: "//hello", kept: true, "two slashes"),
        HostileHead(
            name: "a body of a GET",
            bytes: "GET /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
            statuses: [200],
            isKept: true
        ),
        post("Content-Length: 5\r\n", "hello", [200], kept: true, "a body"),
        post("Content-Length: 0\r\n", "", [200], kept: true, "an empty body"),
        post("", "", [200], kept: true, "no body"),
        post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", [200], kept: true, "chunks"),
        post("Transfer-Encoding: Chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", [200], kept: true, "a coding in any case"),
        post("Transfer-Encoding: chunked\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n", [200], kept: true, "a chunk extension"),
        post("Transfer-Encoding: chunked\r\n", "05\r\nhello\r\n0\r\n\r\n", [200], kept: true, "a zero before a size"),
        post("Transfer-Encoding: chunked\r\n", "0\r\nX-Sum: 9\r\n\r\n", [200], kept: true, "a trailer"),
        post("Content-Length: 65\r\n", String(repeating: "x", count: 65), [413], kept: true, "a body too long"),
        HostileHead(
            name: "a body where none is taken",
            bytes: "POST /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello",
            statuses: [405],
            isKept: true
        ),
        HostileHead(
            name: "a body where nothing is",
            bytes: "POST /nothing HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            statuses: [404],
            isKept: true
        ),
        HostileHead(
            name: "empty lines before the request",
            bytes: "\r\n\r\nGET /hello HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [200],
            isKept: true
        ),
        HostileHead(
            name: "the asterisk of OPTIONS",
            bytes: "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [204],
            isKept: true
        ),
        method("HELLO", 501, "an unknown method"),
        method("get", 501, "a method in lower case"),
        method("!#$%&'*+-.^_`|~09", 501, "a method of all that a token may have"),
        method(String(repeating: "M", count: 2000), 501, "a long method"),
        method("HELLO", 501, target: "/nothing", "an unknown method where nothing is"),
        method("PUT", 405, "a known method that the path does not take"),
        method("PROPFIND", 405, "a known method of WebDAV"),
        method("QUERY", 405, "a known method that is younger than most"),
        method("VERSION-CONTROL", 405, "a known method with a hyphen"),
        method("TRACE", 405, "TRACE"),
        method("PUT", 404, target: "/nothing", "a known method where nothing is"),
        get("Host: test:\r\n", [200], kept: true, "a host with an empty port"),
        get("Host: test:65535\r\n", [200], kept: true, "a host with the last port"),
        get("Host: 192.0.2.1\r\n", [200], kept: true, "an IPv4 host"),
        get("Host: [::ffff:192.0.2.1]\r\n", [200], kept: true, "a mapped host"),
        get("Host: t%65st\r\n", [200], kept: true, "a host with an escape"),
        get("Host: test\r\n", [200], target: "http://[2001:db8::1]:80/hello", kept: true, "an absolute target of IPv6"),
        get("Host: test\r\nUpgrade: h2c\r\nConnection: upgrade\r\n", [200], kept: true, "a protocol we do not speak"),
        get("Host: test\r\nConnection: x, Closed\r\n", [200], kept: true, "a connection option that begins like close"),
        get("Host: test\r\nConnection: keep-alive ,\tClose\r\n", [200], "close among other connection options"),
        get("Host: test\r\n", [200], target: "/hello?a=/b", kept: true, "a query with a slash"),
        get("Host: test\r\n", [200], target: "/hello?a=%23b", kept: true, "an escaped number sign"),
        HostileHead(name: "HTTP/1.0 without a host", bytes: "GET /hello HTTP/1.0\r\n\r\n", statuses: [200]),
        HostileHead(
            name: "HTTP/1.0 that would be kept",
            bytes: "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            statuses: [200]
        ),
    ]

    /// Where the body ends is in doubt.
    static let framing = [
        post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n\(smuggled)", [400], "CL.TE"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n\(smuggled)", [400], "TE.CL"),
        post("Content-Length: 0\r\nContent-Length: 46\r\n", smuggled, [400], "two lengths"),
        post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello", [400], "two equal lengths"),
        post("Content-Length: 5, 5\r\n", "hello", [400], "two equal lengths in one line"),
        post("Content-Length: +5\r\n", "hello", [400], "a length with a sign"),
        post("Content-Length: -1\r\n", "", [400], "a negative length"),
        post("Content-Length: 0x5\r\n", "hello", [400], "a hexadecimal length"),
        post("Content-Length: 5 5\r\n", "hello", [400], "a length with a blank in it"),
        post("Content-Length: five\r\n", "hello", [400], "a length in words"),
        post("Content-Length:\r\n", smuggled, [400], "an empty length"),
        post("Content-Length: 18446744073709551617\r\n", "x", [400], "a length that overflows"),
        post("Content-Length: 9223372036854775808\r\n", "x", [400], "a length of one more than an integer holds"),
        post("Content-Length : 5\r\n", "hello", [400], "a blank before the colon of a length"),
        post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n\(smuggled)", [400], "a blank before the colon of a coding"),
        post("Transfer-Encoding: gzip\r\n", smuggled, [501], "a coding that does not end"),
        post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n\(smuggled)", [501], "two codings"),
        post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n\(smuggled)", [400], "chunked not last"),
        post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n\(smuggled)", [400], "chunked twice in one line"),
        post(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n\(smuggled)",
            [400],
            "chunked twice"
        ),
        post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n\(smuggled)", [501], "an unknown coding"),
        post("Transfer-Encoding: \u{0B}chunked\r\n", "0\r\n\r\n\(smuggled)", [400], "a control before the coding"),
        post("Transfer-Encoding: identity\r\n", smuggled, [501], "the identity coding"),
        post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n\(smuggled)", [400], "a folded coding"),
        HostileHead(
            name: "a coding of HTTP/1.0",
            bytes: "POST /echo HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(smuggled)",
            statuses: [400]
        ),
        post("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n", [400], "a chunk size with a prefix"),
        post("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n", [400], "a negative chunk size"),
        post("Transfer-Encoding: chunked\r\n", "5 \r\nhello\r\n0\r\n\r\n", [400], "a blank after a chunk size"),
        post("Transfer-Encoding: chunked\r\n", " 5\r\nhello\r\n0\r\n\r\n", [400], "a blank before a chunk size"),
        post("Transfer-Encoding: chunked\r\n", "\r\n\r\n", [400], "no chunk size"),
        post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\n\r\n", [400], "a chunk size that overflows"),
        post("Transfer-Encoding: chunked\r\n", "10001\r\n", [413], "a chunk of more than is dropped, at once"),
        post("Transfer-Encoding: chunked\r\n", "7fffffffffffffff\r\n", [413], "a chunk of all that an integer holds"),
        post(
            "Transfer-Encoding: chunked\r\n",
            "5\r\nhello\r\nfffc\r\n",
            [413],
            "a second chunk that makes it more than is dropped"
        ),
        post("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n", [400], "a bare LF after a chunk size"),
        post("Transfer-Encoding: chunked\r\n", "5;a\nb\r\nhello\r\n0\r\n\r\n", [400], "a bare LF in a chunk extension"),
        post("Transfer-Encoding: chunked\r\n", "5\r\nhello!\r\n0\r\n\r\n", [400], "a chunk longer than its size"),
        post("Transfer-Encoding: chunked\r\n", "5\r\nhello0\r\n\r\n", [400], "no line end after a chunk"),
        post(
            "Transfer-Encoding: chunked\r\n",
            "5;a=\(String(repeating: "b", count: 300))\r\nhello\r\n0\r\n\r\n",
            [400],
            "a long chunk extension"
        ),
        post(
            "Transfer-Encoding: chunked\r\n",
            "0\r\nTransfer-Encoding: chunked\r\n\r\n",
            [400],
            "a trailer with a coding"
        ),
        post("Transfer-Encoding: chunked\r\n", "0\r\nbad trailer\r\n\r\n", [400], "a trailer that is none"),
        post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 9\r\n\r\n", [400], "a trailer with a length"),
    ]

    /// The head itself is not one.
    static let malformed = [
        get("Host: test\r\nX-A: b\r\n c\r\n", [400], "obs-fold"),
        get("Host: test\r\n X-A: b\r\n", [400], "a blank before a name"),
        get("Host: test\nX-A: b\r\n", [400], "a bare LF"),
        get("Host: test\rX-A: b\r\n", [400], "a bare CR"),
        get("Host: test\r\nX-A: b\u{0}c\r\n", [400], "NUL in a value"),
        get("Host: test\r\nX-A: b\u{1}c\r\n", [400], "a control in a value"),
        get("Host: test\r\nX-A: b\u{7F}c\r\n", [400], "DEL in a value"),
        get("Host: test\r\nX A: b\r\n", [400], "a blank in a name"),
        get("Host: test\r\nX-A : b\r\n", [400], "a blank before the colon"),
        get("Host: test\r\nX-A\r\n", [400], "no colon"),
        get("Host: test\r\n: b\r\n", [400], "no name"),
        get("Host: test\r\nX(A): b\r\n", [400], "a name with parentheses"),
        get("Host: test\r\nX-Ä: b\r\n", [400], "a name that is not ASCII"),
        get("", [400], "no host"),
        get("Host: test\r\nHost: test\r\n", [400], "two hosts"),
        get("Host: test/hello\r\n", [400], "a path in the host"),
        get("Host: test, other\r\n", [400], "two hosts in one line"),
        get("Host: a b\r\n", [400], "a blank in the host"),
        get("Host: user@test\r\n", [400], "a user in the host"),
        get("Host: test:65536\r\n", [400], "a port that is none"),
        get("Host: test:http\r\n", [400], "a port in letters"),
        get("Host: test:-1\r\n", [400], "a negative port"),
        get("Host: test:80:80\r\n", [400], "two ports"),
        get("Host: test:99999999999999999999\r\n", [400], "a port that overflows"),
        get("Host: [::1\r\n", [400], "a bracket that is not closed"),
        get("Host: ::1\r\n", [400], "an IPv6 host without brackets"),
        get("Host: []\r\n", [400], "empty brackets"),
        get("Host: [test]\r\n", [400], "a name in brackets"),
        get("Host: [192.0.2.1]\r\n", [400], "IPv4 in brackets"),
        get("Host: [fe80::1%25eth0]\r\n", [400], "a zone in the host"),
        get("Host: [::1]x\r\n", [400], "something behind the brackets"),
        get("Host: te[st]\r\n", [400], "brackets in a name"),
        get("Host: te%st\r\n", [400], "an escape that is none"),
        get("Host: test%4\r\n", [400], "an escape that is cut"),
        get("Host: \"test\"\r\n", [400], "a quoted host"),
        get("Host: t\u{E9}st\r\n", [400], "a host that is not ASCII"),
        get("Host: test\r\n", [400], target: "http://test:http/hello", "an absolute target with a port in letters"),
        get("Host: test\r\n", [400], target: "http://:80/hello", "an absolute target with a port alone"),
        get("Host: test:http\r\n", [400], target: "http://test/hello", "an absolute target, and a host that is none"),
        get("X-A: b\r\n", [400], target: "http://test/hello", "an absolute target, and no host"),
        get("Host: test\r\n", [400], target: "hello", "a target without a slash"),
        get("Host: test\r\n", [400], target: "http:///hello", "an absolute target without a host"),
        get("Host: test\r\n", [400], target: "http://user@test/hello", "an absolute target with a user"),
        get("Host: test\r\n", [400], target: "ftp://test/hello", "another scheme"),
        get("Host: test\r\n", [400], target: "*", "the asterisk of GET"),
        get("Host: test\r\n", [400], target: "/hello there", "a blank in the target"),
        get("Host: test\r\n", [400], target: " /hello", "two blanks before the target"),
        get("Host: test\r\n", [400], target: "/hello ", "two blanks before the version"),
        get("Host: test\r\n", [400], target: "", "two blanks and no target"),
        get("Host: test\r\n", [400], target: "/hello#there", "a fragment"),
        get("Host: test\r\n", [400], target: "/hello#", "an empty fragment"),
        get("Host: test\r\n", [400], target: "#", "a fragment alone"),
        get("Host: test\r\n", [400], target: "/hello?a=b#c", "a query and a fragment"),
        get("Host: test\r\n", [400], target: "/hello#?", "a question mark in a fragment"),
        get("Host: test\r\n", [400], target: "http://test#there", "a fragment of an absolute target"),
        get("Host: test\r\n", [400], target: "http://test/hello#there", "a fragment of an absolute target with a path"),
        get("Host: test\r\n", [400], target: "/hello\tthere", "a tab in the target"),
        get("Host: test\r\n", [400], target: "/hello\u{0}", "NUL in the target"),
        get("Host: test\r\nExpect: 200-ok\r\n", [417], "an unknown expectation"),
        HostileHead(
            name: "CONNECT",
            bytes: "CONNECT test:80 HTTP/1.1\r\nHost: test\r\n\r\n\(smuggled)",
            statuses: [501]
        ),
        HostileHead(
            name: "CONNECT with a path, and a body that is a request to who knows no body of CONNECT",
            bytes: "CONNECT /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 46\r\n\r\n\(smuggled)",
            statuses: [501]
        ),
        HostileHead(
            name: "a method in quotes",
            bytes: "\"GET\" /hello HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [400]
        ),
        HostileHead(
            name: "a method with a slash",
            bytes: "GE/T /hello HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [400]
        ),
        HostileHead(
            name: "a method that is not ASCII",
            bytes: "G\u{C9}T /hello HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [400]
        ),
        HostileHead(name: "no method", bytes: " /hello HTTP/1.1\r\nHost: test\r\n\r\n", statuses: [400]),
        HostileHead(
            name: "a method with a control",
            bytes: "G\u{1}T /hello HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [400]
        ),
        HostileHead(name: "a tab for a blank", bytes: "GET\t/hello HTTP/1.1\r\nHost: test\r\n\r\n", statuses: [400]),
        HostileHead(name: "HTTP/0.9", bytes: "GET /hello\r\n\r\n", statuses: [505]),
        HostileHead(name: "HTTP/1.2", bytes: "GET /hello HTTP/1.2\r\nHost: test\r\n\r\n", statuses: [505]),
        HostileHead(name: "HTTP/2.0", bytes: "GET /hello HTTP/2.0\r\nHost: test\r\n\r\n", statuses: [505]),
        HostileHead(name: "HTTP/3.0", bytes: "GET /hello HTTP/3.0\r\nHost: test\r\n\r\n", statuses: [505]),
        HostileHead(
            name: "HTTP/2.0 behind a request that is right",
            bytes: "GET /hello HTTP/1.1\r\nHost: test\r\n\r\nGET /hello HTTP/2.0\r\nHost: test\r\n\r\n",
            statuses: [200, 505]
        ),
        HostileHead(name: "HTTP/1.10", bytes: "GET /hello HTTP/1.10\r\nHost: test\r\n\r\n", statuses: [400]),
        HostileHead(name: "HTTP/1", bytes: "GET /hello HTTP/1\r\nHost: test\r\n\r\n", statuses: [400]),
        HostileHead(name: "HTTP/x.y", bytes: "GET /hello HTTP/x.y\r\nHost: test\r\n\r\n", statuses: [400]),
        HostileHead(
            name: "a bare LF behind the version",
            bytes: "GET /hello HTTP/1.1\nHost: test\r\n\r\n",
            statuses: [400]
        ),
        HostileHead(
            name: "a bare LF behind the version of a second request",
            bytes: "GET /hello HTTP/1.1\r\nHost: test\r\n\r\nGET /hello HTTP/1.1\nHost: test\r\n\r\n",
            statuses: [200, 400]
        ),
        HostileHead(
            name: "a blank behind the version",
            bytes: "GET /hello HTTP/1.1 \r\nHost: test\r\n\r\n",
            statuses: [400]
        ),
        HostileHead(name: "the preface of HTTP/2", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", statuses: [400]),
        HostileHead(name: "another protocol", bytes: "\u{16}\u{3}\u{1}\u{0}hello", statuses: [400]),
        HostileHead(
            name: "a lone LF",
            bytes: "\nGET /hello HTTP/1.1\r\nHost: test\r\n\r\n",
            statuses: [200],
            isKept: true
        ),
    ]

    static let tooLarge = [
        get("Host: test\r\nX-A: \(String(repeating: "a", count: 9000))\r\n", [431], "one long header"),
        get(
            "Host: test\r\n\(String(repeating: "X-A: \(String(repeating: "a", count: 90))\r\n", count: 90))",
            [431],
            "many headers"
        ),
        get("Host: test\r\n\(String(repeating: "A: b\r\n", count: 101))", [431], "more than 100 headers"),
        get("Host: test\r\n", [431], target: "/\(String(repeating: "a", count: 9000))", "a long target"),
        get("Host: test\r\n\(String(repeating: "A: b\r\n", count: 99))", [200], kept: true, "100 headers"),
        get(
            "Host: test\r\nX-A: \(String(repeating: "a", count: 8000))\r\n",
            [200],
            kept: true,
            "a header that just fits"
        ),
        post(
            "Transfer-Encoding: chunked\r\n",
            "0\r\n\(String(repeating: "A: \(String(repeating: "a", count: 90))\r\n", count: 99))\r\n",
            [431],
            "many trailers"
        ),
    ]
}
