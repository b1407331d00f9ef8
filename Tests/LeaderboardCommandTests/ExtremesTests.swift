import NIOCore
import Testing

@testable import LeaderboardCommand

@Suite("What a command is given")
struct ExtremesTests {
    @Test(
        "as --url is a service's, or refused",
        arguments: [
            ("http://localhost", "http://localhost:80"), ("https://a.example/", "https://a.example:443"),
            ("http://[::1]:8080//", "http://[::1]:8080"), ("http://127.0.0.1:65535", "http://127.0.0.1:65535"),
            ("", nil), ("http://", nil), ("http:///", nil), ("http://[[]", nil), ("http://[", nil), ("http://[]", nil),
            ("http://]", nil), ("http://a:84443", nil), ("http://a:65536", nil), ("http://a:0", nil),
            ("http://a:", nil),
            ("http://:80", nil), ("http://a:b", nil), ("http://a:９", nil), ("http://a/b", nil), ("http://a b", nil),
            ("http://u:p@a", nil), ("http://a?b", nil), ("http://a#b", nil), ("http://::1", nil), ("ftp://a", nil),
        ] as [(String, String?)]
    )
    func urls(argument: String, description: String?) {
        #expect(ServiceURL(argument: argument)?.defaultValueDescription == description)
    }

    @Test(
        "as a live message counts within 2^53, or is no message",
        arguments: [
            (0, true), (1, true), ((1 << 53) - 1, true), (1 << 53, false), (Int.max, false), (-1, false), (.min, false),
        ] as [(Int, Bool)]
    )
    func messages(seq: Int, isTaken: Bool) {
        var viewers = Viewers()
        let viewer = viewers.add(after: nil)
        for text in [
            #"{"type":"snapshot","cursor":"1:\#(seq)","scoreboard":[]}"#,
            #"{"type":"changes","cursor":"1:\#(seq)","from":\#(seq),"changes":[]}"#,
            #"{"type":"changes","cursor":"1:9","from":1,"changes":[{"user_id":"a","score":1,"seq":\#(seq)}]}"#,
        ] {
            viewers.received(message: ByteBuffer(string: text), by: viewer)
        }
        // The snapshot is taken, with the cursor 0 where that is none.
        #expect(viewers.sightings.deliveries == (isTaken ? 3 : 1))
    }

    @Test("as the load's rate and length may be the highest: each update has its time, to the end of a day")
    func loadOfADay() {
        let writers = Writers(requests: .updates([]), dueTimes: DueTimes())
        let now = NIODeadline.now()
        // So far back that a day of updates at the highest rate would be due; of them, the first ones.
        let start = now - .hours(24)
        writers.makeDue(rate: 1_000_000, from: start, until: start + .milliseconds(1))
        #expect(writers.outstanding == 1000)
        #expect(Writers.due(86_400 * 1_000_000, rate: 1_000_000) == .hours(24))
        #expect(Writers.count(in: .hours(24), rate: 1_000_000) == 86_400 * 1_000_000)
        #expect(Writers.count(in: .nanoseconds(.max), rate: .max) == .max)
    }
}
