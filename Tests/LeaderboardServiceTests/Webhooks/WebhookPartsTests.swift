import Foundation
import HTTPServer
import Leaderboard
import TestSupport
import Testing
import Text

@testable import LeaderboardService

@Suite("A webhook")
struct WebhookPartsTests {
    @Test("is signed as Standard Webhooks' libraries sign their example, by each secret")
    func signature() throws {
        let secrets = [
            try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), try WebhookSecret(WebhookSecret.made()),
        ]
        let signed = secrets.signatures(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: #"{"test": 2432232314}"#
        )
        let parts = signed.split(separator: " ")
        #expect(parts.count == 2 && parts.first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        "has no other secret than whsec_ and the base64 of 24 to 64 bytes",
        arguments: [
            "", "whsec_", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_" + Data(count: 65).base64EncodedString(),
            "whsec_" + Data(count: 23).base64EncodedString(), "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ]
    )
    func secrets(text: String) {
        #expect(throws: WebhookSecret.Invalid.self) { try WebhookSecret(text) }
    }

    @Test(
        "goes to no address that is not public",
        arguments: [
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255",
            "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
            "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a00:1", "::7f00:1", "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
            "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "5f00::1", "4000::1",
        ]
    )
    func addresses(text: String) throws {
        #expect(try !#require(IPAddress(text)).isPublic)
    }

    @Test(
        "goes to public addresses",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1", "172.15.0.1",
            "172.32.0.0", "192.167.0.1", "192.169.0.0", "198.17.0.1", "198.20.0.0", "223.255.255.255",
            "::ffff:1.1.1.1", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "64:ff9b::101:101",
            "2002:101:101::1",
        ]
    )
    func publicAddresses(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test("knows each special network")
    func networks() {
        #expect(IPAddress.special4.count == 14 && IPAddress.special6.count == 3)
    }

    @Test(
        "has a URL whose host is the one that is checked",
        arguments: [
            "https://hooks.example.com/a?b=c", "https://HOOKS.example.com:8443", "https://[2001:DB8::1]/",
            "https://192.0.2.1:1/x", "https://a.b./x", "HTTPS://a/b%2Fc",
        ]
    )
    func urls(text: String) throws {
        let url = try WebhookURL(text, allowsHTTP: false)
        #expect(url.authority.host == url.authority.host.lowercased())
        #expect(url.text.hasPrefix("https://") && url.text.utf8.count == text.utf8.count)
    }

    @Test(
        "has no other URL",
        arguments: [
            "", "https://", "https:///x", "http://a/", "ftp://a/", "https://u:p@a/", "https://a/#b", "https://a b/",
            "https://a:0/", "https://a:65536/", "https://a:x/", "https://a%00/", "https://a\\b/", "https://ä.example/",
            "https://a/\u{7F}", "https://[::1", "https://a@b", "https://\(String(repeating: "a", count: 2100))/",
            "https://127.0.0.1:80:90/", "file:///etc/passwd", "https://a/\r\nx: y",
        ]
    )
    func noURLs(text: String) {
        #expect(throws: WebhookURL.Invalid.self) { try WebhookURL(text, allowsHTTP: false) }
    }

    @Test(
        "is sent again after 5 s, twice as long each time, at most an hour, for a day; and not sooner than it was asked to"
    )
    func schedule() {
        let schedule = RetrySchedule()
        func wait(_ tries: Int, _ retryAfter: Int? = nil, jitter: Double = 1) -> Int? {
            schedule.next(after: tries, made: 0, now: 1000, retryAfter: retryAfter, jitter: jitter).map { $0 - 1000 }
        }
        #expect(
            [1, 2, 3, 10, 11, 64, .max].map { wait($0) } == [
                5000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000, 3_600_000,
            ]
        )
        #expect([Int.min, 0].map { wait($0) } == [5000, 5000])
        #expect([-1, 0, 2].map { wait(1, jitter: $0) } == [2500, 2500, 5000] && wait(1, jitter: .nan) != nil)
        #expect([0, 4000, 7000, 9_000_000, .max].map { wait(1, $0) } == [5000, 5000, 7000, 3_600_000, 3_600_000])
        // By a clock in the test's hand: all of a day.
        var (now, tries) = (0, 0)
        while let next = schedule.next(after: tries + 1, made: 0, now: now, retryAfter: nil, jitter: 1) {
            #expect(next > now)
            (now, tries) = (next, tries + 1)
        }
        #expect(now == 86_400_000 && (30...40).contains(tries))
    }

    struct Places: Sendable, CustomTestStringConvertible {
        let old, new: [(String, Int)]
        /// user: by whom, new rank (0: none among the first).
        let overtaken: [String]
        var testDescription: String { "\(old) → \(new)" }
    }

    static let changes = [
        Places(old: [("a", 1), ("b", 2)], new: [("b", 1), ("a", 2)], overtaken: ["a by b: 2"]),
        Places(old: [("a", 1), ("b", 2)], new: [("a", 1), ("b", 2)], overtaken: []),
        Places(old: [], new: [("a", 1)], overtaken: []),
        Places(old: [("a", 1)], new: [], overtaken: []),
        Places(old: [("a", 1), ("b", 2)], new: [("c", 1), ("a", 2)], overtaken: ["a by c: 2", "b by c: 0"]),
        // Whether they have left the board is asked of the board.
        Places(old: [("a", 1), ("b", 2), ("c", 3)], new: [("b", 1), ("c", 2)], overtaken: ["a by b: 0"]),
        // Shared places: nobody stands before the other.
        Places(old: [("a", 1), ("b", 2)], new: [("a", 1), ("b", 1)], overtaken: []),
        Places(old: [("a", 1), ("b", 1)], new: [("b", 1), ("a", 2)], overtaken: []),
        Places(
            old: [("a", 1), ("b", 2), ("c", 3)],
            new: [("c", 1), ("a", 2), ("b", 3)],
            overtaken: ["a by c: 2", "b by c: 3"]
        ),
    ]

    @Test("tells who was overtaken, and by whom", arguments: changes)
    func places(change: Places) throws {
        let (old, new) = (Self.top(change.old), Self.top(change.new))
        let told = new.overtaken(since: old).map { "\($0.before.user) by \($0.by.user): \($0.now?.rank ?? 0)" }
        #expect(told == change.overtaken)
        #expect(TopPlaces(text: old.text) == old)
    }

    private static func top(_ places: [(String, Int)]) -> TopPlaces {
        TopPlaces(places.map { TopPlaces.Place(user: $0.0, rank: $0.1, score: -$0.1) })
    }

    @Test(
        "takes no text in Redis for places that is none",
        arguments: ["a", "a 1", "a 0 1", "a -1 1", "a 1 9007199254740992", "a 1 1\n", "\n", " 1 1", "a 1 1 1", "ä 1 1"]
    )
    func noPlaces(text: String) {
        #expect(TopPlaces(text: text) == nil)
    }
}
