import NIOCore
import Testing

@testable import RedisClient

@Suite("What sentinels say")
struct SentinelWordTests {
    private let a = RedisEndpoint.Address.tcp(host: "a", port: 1)
    private let b = RedisEndpoint.Address.tcp(host: "b", port: 2)
    private let now = NIODeadline.now()

    @Test("the word of the highest epoch counts; one who has not heard of it yet is passed over")
    func epochs() {
        var word = SentinelWord()
        #expect(!word.isOutdated(a))
        #expect(word.note(a, epoch: 3, now: now) == true)
        #expect(!word.isOutdated(a))
        #expect(word.note(b, epoch: 4, now: now) == true)
        #expect(word.isOutdated(a))
        #expect(word.address == b)
        #expect(word.note(a, epoch: 3, now: now + .seconds(9)) == false)
        #expect(word.address == b)
    }

    @Test("a word that nobody repeats for ten seconds gives way to that of the others")
    func forgotten() {
        var word = SentinelWord()
        _ = word.note(b, epoch: 4, now: now)
        #expect(word.note(a, epoch: 3, now: now + .seconds(10)) == false)
        #expect(word.note(a, epoch: 3, now: now + .seconds(11)) == true)
        #expect(word.address == a)
        #expect(word.isOutdated(b))
    }

    @Test("two names of one server in one epoch outdate neither")
    func twoNames() {
        var word = SentinelWord()
        _ = word.note(a, epoch: 4, now: now)
        _ = word.note(b, epoch: 4, now: now)
        #expect(!word.isOutdated(a) && !word.isOutdated(b))
        #expect(word.isOutdated(.unix(path: "c")))
    }

    @Test(
        "an announcement is read as far as it tells about whom",
        arguments: [
            ("main 10.0.0.1 6379 10.0.0.2 6379", "main", nil), ("master main 10.0.0.1 6379", "main", nil),
            ("master main 10.0.0.1 6379 #quorum 2/2", "main", nil),
            ("slave 10.0.0.2:6380 10.0.0.2 6380 @ main 10.0.0.1 6379", "main", "10.0.0.2:6380"),
            ("slave 10.0.0.2:0 10.0.0.2 0 @ main 10.0.0.1 6379", nil, nil),
            ("slave 10.0.0.2:99999 10.0.0.2 99999 @ main 10.0.0.1 6379", nil, nil),
            ("slave x y z", nil, nil), ("", nil, nil), ("   ", nil, nil), ("main", nil, nil), ("master", nil, nil),
        ] as [(String, String?, String?)]
    )
    func event(payload: String, primary: String?, replica: String?) {
        let event = SentinelEvent(Array(payload.utf8))
        #expect(event?.primary == primary)
        #expect(event?.replica?.description == replica)
    }

    @Test(
        "replicas that are never promoted, and the primary itself, are not counted; odd answers are taken as far as they go"
    )
    func answers() {
        func text(_ text: String) -> RESPValue { .string(Array(text.utf8)) }
        func map(_ words: String...) -> RESPValue { .array(words.map(text)) }
        let replies: [RESPValue] = [
            map("flags", "master,failover_in_progress", "config-epoch", "7", "odd"),
            map("10.0.0.1", "6379"),
            .array([
                map("ip", "10.0.0.1", "port", "6379", "flags", "slave"),
                map("ip", "10.0.0.2", "port", "6379", "flags", "slave,promoted", "slave-priority", "100"),
                map("ip", "10.0.0.3", "port", "6379", "flags", "slave", "slave-priority", "0"),
                map("ip", "10.0.0.4", "port", "6379", "flags", "s_down,slave", "s-down-time", "61000"),
                map(
                    "ip",
                    "10.0.0.5",
                    "port",
                    "6379",
                    "flags",
                    "slave,disconnected",
                    "s-down-time",
                    "99999999999999999999"
                ),
                map("ip", "10.0.0.6", "port", "0"), map("port"), .null, .integer(1),
            ]),
        ]
        let answer = SentinelAnswer(replies, saidBy: .tcp(host: "s", port: 1))
        #expect(answer?.epoch == 7)
        #expect(answer?.isFailingOver == true)
        #expect(answer?.replicas.map(\.downFor) == [nil, .seconds(61), .zero])
        #expect(SentinelAnswer([], saidBy: .tcp(host: "s", port: 1)) == nil)
        #expect(SentinelAnswer([.null, .null], saidBy: .tcp(host: "s", port: 1)) == nil)
        #expect(SentinelAnswer([.null, map("h", "1")], saidBy: .tcp(host: "s", port: 1))?.epoch == 0)
    }

    @Test("ROLE is read whatever stands in it")
    func roles() {
        func text(_ text: String) -> RESPValue { .string(Array(text.utf8)) }
        let replica = RESPValue.array([text("10.0.0.2"), text("6379"), text("42")])
        #expect(
            ServerRole(.array([text("master"), .integer(50), .array([replica, .array([]), .null])]))
                == .primary(offset: 50, followers: [42, 0, 0])
        )
        #expect(ServerRole(.array([text("master")])) == .primary(offset: 0, followers: []))
        #expect(ServerRole(.array([text("slave"), text("h"), .integer(1)])) == .other)
        #expect(ServerRole(.array([text("sentinel"), .array([])])) == .other)
        #expect(ServerRole(.array([])) == nil)
        #expect(ServerRole(.null) == nil)
    }
}
