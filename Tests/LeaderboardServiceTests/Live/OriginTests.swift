import Testing

@testable import LeaderboardService

@Suite("Allowed origins")
struct OriginTests {
    private func allowed(_ list: String) throws -> AllowedOrigins {
        try testSettings(["CORS_ALLOWED_ORIGINS": list]).read {
            AllowedOrigins($0, "CORS_ALLOWED_ORIGINS", default: [])
        }
    }

    @Test(
        "are compared as origins: case and a default port do not count, a star is one label",
        arguments: [
            ("https://a.example", "https://a.example", true), ("https://a.example", "HTTPS://A.Example", true),
            ("HTTPS://A.EXAMPLE", "https://a.example", true), ("https://a.example:443", "https://a.example", true),
            ("https://a.example", "https://a.example:443", true), ("http://a.example:80", "http://a.example", true),
            ("http://a.example:443", "http://a.example", false), ("https://a.example:80", "https://a.example", false),
            ("https://a.example:8443", "https://a.example:8443", true),
            ("https://a.example", "http://a.example", false),
            ("https://a.example", "https://a.example.evil.example", false), ("https://a.example", "null", false),
            ("https://a.example", "", false), ("https://a.example", "https://a.example/", false),
            ("https://*.example.com", "https://play.example.com", true),
            ("https://*.example.com", "https://PLAY.example.com:443", true),
            ("https://*.Example.com:443", "https://play.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://a.b.example.com", false),
            ("https://*.example.com", "https://.example.com", false),
            ("https://*.example.com", "https://*.example.com", false),
            ("https://*.example.com", "http://play.example.com", false),
            ("https://*.example.com", "https://play.example.com:8443", false),
            ("https://*.example.com", "https://play.example.com.evil.example", false),
            ("https://*.example.com", "https://playexample.com", false),
            ("https://*.example.com:8443", "https://play.example.com:8443", true),
            ("http://localhost:3000", "http://localhost:3000", true), ("http://127.0.0.1:80", "http://127.0.0.1", true),
            ("http://[::1]:80", "http://[::1]", true), ("http://[0:0::1]", "http://[::1]", true),
            ("capacitor://localhost", "capacitor://localhost", true),
            ("chrome-extension://abcdef", "chrome-extension://abcdef", true), ("*", "null", true),
            ("*", "rubbish", true),
            ("https://a.example, https://b.example", "https://b.example", true),
            (" https://a.example ,, ", "https://a.example", true), ("https://a.example,*", "http://b.example", true),
        ]
    )
    func comparison(list: String, origin: String, isAllowed: Bool) throws {
        #expect(try allowed(list).contains(origin) == isAllowed)
    }

    @Test(
        "that no page can have are refused, in words",
        arguments: [
            ("https://a.example/", "a slash at its end"), ("https://a.example/play", "no path"),
            ("https://a.example?x", "no path"), ("https://a.example#x", "no path"), ("a.example", "no scheme"),
            ("*.example.com", "no scheme"), ("*.com/play", "no scheme"), ("//a.example", "no scheme"),
            ("://a.example", "no scheme"), ("1http://a.example", "no scheme"), ("null", "no scheme"),
            ("https://", "no host"), ("https://:443", "no host"), ("https://*", "star without a domain"),
            ("https://*:443", "star without a domain"), ("https://*.", "star without a domain"),
            ("https://*.com/play", "no path"), ("https://a.*.example", "no whole first label"),
            ("https://play*.example.com", "no whole first label"), ("https://*.*.example.com", "no whole first label"),
            ("https://a .example", "no host's name"), ("https://a.example b", "no host's name"),
            ("https://a..example", "no host's name"), ("https://.example", "no host's name"),
            ("https://a.example:0", "a port"), ("https://a.example:65536", "a port"), ("https://a.example:", "a port"),
            ("https://a.example:*", "a port"), ("https://a.example:08", "a port"), ("https://u@a.example", "a user"),
            ("https://bücher.example", "xn--"), ("https://[::1", "no IPv6 address"),
            ("https://[a.example]", "no IPv6 address"),
            ("https://1.2.3", "no whole IPv4"), ("http://*.0.0.1", "no whole IPv4"),
            ("https://1.2.3.256", "no whole IPv4"),
        ]
    )
    func refused(entry: String, reason: String) {
        for name in ["CORS_ALLOWED_ORIGINS", "LIVE_ALLOWED_ORIGINS"] {
            let settings = testSettings([name: "https://good.example,\(entry)"])
            let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(settings) }
            #expect(error?.all.map(\.name) == [name])
            #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        }
    }
}
