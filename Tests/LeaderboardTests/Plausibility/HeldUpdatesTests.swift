@testable import TestSupport
import Board
import NIOCore
import RedisClient
import Testing

@testable import Leaderboard

@Suite("An update that is held", .timeLimit(.minutes(2)))
struct HeldUpdatesTests {
    private static let jump = #"{"rule":"largest_jump","against":"own","points":10,"times":1,"action":"hold"}"#

    @Test(
        "waits with its evidence and changes nothing; a retry by its key is told the same, and what became of it once that is said"
    )
    func waits() async throws {
        try await withBoard { board in
            let flag = #"{"rule":"points_limit","points":1,"interval":"1h","action":"flag"}"#
            let ruled = try await RuledBoard(board, Self.jump + "," + flag)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            #expect(try await ruled.update("ada", 1) == "applied 1")
            #expect(try await ruled.update("ada", 50, key: "k") == "held largest_jump held, points_limit flagged")
            #expect(try await ruled.update("ada", 50, key: "k") == "held before")
            #expect(try await ruled.update("ada", 51, key: "k") == "idempotencyKeyReused")
            #expect(try await store.holding(of: UserID("ada"), on: loop).score == 1)
            let told = try await store.audit(AuditFilter(user: "ada"), before: nil, limit: 10, on: loop).entries
            #expect(told.map(\.action) == [.held, .update] && told.first?.heldBy == ["largest_jump", "points_limit"])
            #expect(told.first?.score == 1 && told.first?.seq == 2)
            let page = try await store.held(limit: 10, on: loop)
            let held = try #require(page.entries.first)
            #expect(page.waiting == 1 && page.entries.count == 1 && page.next == nil)
            #expect(
                (held.user.rawValue, held.operation, held.value, held.made) == ("ada", .incr, 50, 2)
                    && (held.scoreBefore, held.score, held.ip) == (1, 51, "192.0.2.1")
            )
            #expect(held.met == [MetRule(.largestJump, .held), MetRule(.pointsLimit, .flagged)])
            #expect(try await ruled.counts() == [1, 1])

            #expect(
                try await store.review(held, .release, by: act, on: loop) == .released(.init(score: 51, points: 50))
            )
            #expect(try await store.review(held, .release, by: act, on: loop) == .gone)
            #expect(try await store.review(held, .reject, by: act, on: loop) == .gone)
            #expect(try await ruled.update("ada", 50, key: "k") == "replayed 51")
            #expect(try await ruled.update("ada", 51, key: "k") == "idempotencyKeyReused")
            let entry = try #require(
                try await store.audit(AuditFilter(), before: nil, limit: 1, on: loop).entries.first
            )
            #expect(entry.isRelease && entry.action == .update && !entry.isAdjustment && entry.made == 2)
            #expect(entry["actor"] == act.actor.rawValue && entry["ip"] == "192.0.2.1" && entry.flags.count == 2)
            #expect(try await ruled.verify().isSound)
            // It was not gained, as rules have it: what comes is measured by what came otherwise.
            #expect(try await ruled.update("ada", 11) == "held largest_jump held, points_limit flagged")
        }
    }

    @Test(
        "is told to a retry by its key: what a release came to, with rank and windows, that it was rejected, or what there was before",
        arguments: ["id", "first", "dense"]
    )
    func retries(_ ties: String) async throws {
        try await withBoard { board in
            let members = #""ties":"\#(ties)","windows":[{"name":"all"},{"name":"round","reset":"manual"}],"#
            let ruled = try await RuledBoard(board, Self.jump, members)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            func retry(_ user: String, by service: OtherHand? = nil) async throws -> AppliedUpdate? {
                let outcome = try await store.apply(
                    BoardUpdate(user: try UserID(user), .incr, 50),
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
                    idempotencyKey: IdempotencyKey("k:1"),
                    by: service,
                    withRank: true,
                    on: loop
                )
                if case .applied(let applied) = outcome { return applied }
                return nil
            }
            _ = try await ruled.update("bob", 9)
            for user in ["ada", "bob", "c:d"] {
                #expect(try await ruled.update(user, 50, key: "k:1").hasPrefix("held"))
            }
            let waiting = try await store.held(limit: 10, on: loop).entries
            #expect(waiting.map(\.idem) == ["k:1", "k:1", "k:1"])
            let lifetime =
                try await board.command("PTTL", store.keys.idem(UserID("ada"), IdempotencyKey("k:1"))).integer ?? 0
            for held in waiting.dropLast().reversed() {
                #expect(try await store.review(held, .release, by: act, on: loop) != .gone)
            }
            #expect(try await store.review(try #require(waiting.last), .reject, by: act, on: loop) == .rejected)
            let last = try await board.command("GET", store.keys.seq).integer
            let ada = try #require(try await retry("ada"))
            #expect((ada.score, ada.rank, ada.seq, ada.isReplay, ada.isChange) == (50, 2, (last ?? 0) - 1, true, true))
            #expect(ada.seasons.map(\.score) == [50])
            let bob = try #require(try await retry("bob"))
            #expect((bob.score, bob.rank, bob.seasons.map(\.score)) == (59, 1, [59]))
            #expect(try await ruled.update("c:d", 50, key: "k:1") == "rejected before")
            #expect(try await ruled.update("c:d", 51, key: "k:1") == "idempotencyKeyReused")
            #expect(try await board.command("GET", store.keys.seq).integer == last)
            // The key lasts as long as it would have.
            for user in ["ada", "c:d"] {
                let left =
                    try await board.command("PTTL", store.keys.idem(UserID(user), IdempotencyKey("k:1"))).integer ?? 0
                #expect(left > 0 && left <= lifetime)
            }
        }
    }

    @Test(
        "counts once where an older release shares the board, whichever of them is asked first, and whatever is said of it meanwhile"
    )
    func olderRelease() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.jump)
            let (store, loop, act, keys) = (ruled.store, board.loop, try board.act(), ruled.store.keys)
            /// As an instance of a release that has no rules calls it.
            func older(_ user: String, _ value: Int, key: String) async throws -> [String] {
                let (user, key) = (try UserID(user), try IdempotencyKey(key))
                let names = [
                    keys.scores, keys.audit, keys.suspended, keys.seq, keys.epoch, keys.chain, keys.limit(user),
                    keys.idem(user, key),
                ]
                let words = [
                    user.rawValue, "\(value)", "100", "1000000", "100000", "60000", "1", keys.channel, "192.0.2.1", "r",
                ]
                var call = RedisCommand("FCALL", "leaderboard_update", "\(names.count)")
                for word in names + words { call.append(word) }
                return try await board.redis.send(call, on: loop).array?.prefix(2).map {
                    $0.text ?? "\($0.integer ?? -1)"
                } ?? []
            }
            #expect(try await ruled.update("ada", 50, key: "k") == "held largest_jump held")
            #expect(try await older("ada", 50, key: "k") == ["rate_limited", "100000000"])
            #expect(try await older("ada", 51, key: "k") == ["key_reused"])
            #expect(try await ruled.update("ada", 60, key: "no") == "held largest_jump held")
            let waiting = try await store.held(limit: 10, on: loop).entries
            #expect(
                try await store.releasePreview(waiting[0], on: loop) == .released(Released(score: 50, points: 50))
            )
            _ = try await store.review(waiting[0], .release, by: act, on: loop)
            _ = try await store.review(waiting[1], .reject, by: act, on: loop)
            #expect(try await older("ada", 50, key: "k") == ["replayed", "50"])
            #expect(try await older("ada", 60, key: "no").first == "rate_limited")
            #expect(try await older("bob", 70, key: "k") == ["applied", "70"])
            #expect(try await ruled.update("bob", 70, key: "k") == "replayed 70")

            // Functions of an edition that did not know what waits have taken its key for a free one.
            #expect(try await ruled.update("cid", 80, key: "k") == "held largest_jump held")
            try await board.command("DEL", keys.idem(UserID("cid"), IdempotencyKey("k")))
            #expect(try await older("cid", 80, key: "k") == ["applied", "80"])
            let held = try #require(try await store.held(limit: 10, on: loop).entries.first)
            #expect(try await store.releasePreview(held, on: loop) == .counted(score: 80))
            #expect(try await store.review(held, .release, by: act, on: loop) == .counted(score: 80))
            #expect(try await store.review(held, .release, by: act, on: loop) == .gone)
            #expect(try await store.held(limit: 10, on: loop).waiting == 0)
            #expect(try await store.holding(of: held.user, on: loop).score == 80)
            let entry = try #require(
                try await store.audit(AuditFilter(), before: nil, limit: 1, on: loop).entries.first
            )
            #expect(entry.action == .reject && entry["counted"] == String((entry.seq ?? 0) - 1))
            let report = try await ruled.verify()
            #expect(report.isSound, "\(report)")
        }
    }

    @Test("is refused where as many wait as may: of the board, or of the user")
    func full() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.jump)
            let keys = ruled.store.keys
            #expect(try await ruled.update("ada", 50) == "held largest_jump held")
            try await board.command("HSET", keys.holding, "ada", "100")
            #expect(try await ruled.update("ada", 50) == "full largest_jump held")
            #expect(try await ruled.update("bob", 50) == "held largest_jump held")
            let fill = "for i = 1, 9998 do redis.call('XADD', KEYS[1], '*', 'user', 'x') end"
            try await board.command("EVAL", fill, "1", keys.held)
            #expect(try await ruled.update("bob", 50, key: "k") == "full largest_jump held")
            try await board.command("XTRIM", keys.held, "MAXLEN", "9999")
            #expect(try await ruled.update("bob", 50, key: "k") == "held largest_jump held")
        }
    }

    @Test("goes with an erased user, and waits while its user is suspended")
    func users() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.jump)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            for user in ["ada", "bob", "ada"] { #expect(try await ruled.update(user, 50) == "held largest_jump held") }
            _ = try await store.erase(UserID("ada"), by: act, on: loop)
            let left = try await store.held(limit: 10, on: loop).entries
            #expect(left.map(\.user.rawValue) == ["bob"])
            #expect(try await board.command("HGETALL", store.keys.holding).array?.compactMap(\.text) == ["bob", "1"])
            let held = try #require(left.first)
            _ = try await store.suspend(held.user, by: act, on: loop)
            #expect(try await store.releasePreview(held, on: loop) == .suspended)
            #expect(try await store.review(held, .release, by: act, on: loop) == .suspended)
            _ = try await store.reinstate(held.user, by: act, on: loop)
            #expect(
                try await store.review(held, .release, by: act, on: loop) == .released(.init(score: 50, points: 50))
            )
            #expect(try await board.command("EXISTS", store.keys.held, store.keys.holding).integer == 1)
            #expect(try await ruled.verify().isSound)
        }
    }

    @Test("is one of many that are released or rejected at once, by user, by rule or all, in steps")
    func many() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.jump, #""max":120,"#)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            for user in ["ada", "bob", "ada", "cid", "ada"] {
                #expect(try await ruled.update(user, 50) == "held largest_jump held")
            }
            let ofAda = HeldFilter(user: try UserID("ada"))
            let summary = try await store.heldSummary(ofAda, on: loop)
            #expect(summary.updates == 3 && summary.users.count == 1)
            #expect(try await store.heldSummary(HeldFilter(rule: .leastTime), on: loop) == HeldSummary())
            let first = try await store.reviewAll(ofAda, .release, by: act, limit: 2, on: loop)
            #expect(first.released == 2 && first.kept.isEmpty)
            let next = try #require(first.next)
            let second = try await store.reviewAll(ofAda, .release, by: act, after: next, limit: 2, on: loop)
            #expect(second.released == 0 && second.next == nil && second.kept.map(\.why) == [.scoreLimit(window: nil)])
            let rest = try await store.reviewAll(HeldFilter(rule: .largestJump), .reject, by: act, on: loop)
            #expect(rest.rejected == 3 && rest.next == nil)
            #expect(try await store.held(limit: 10, on: loop).waiting == 0)
            #expect(try await store.holding(of: UserID("ada"), on: loop).score == 100)
            let report = try await ruled.verify()
            #expect(report.isSound, "\(report)")
        }
    }

    @Test(
        "reads the audit once for many that are released at once, where it goes by it",
        arguments: ["first", "dense"]
    )
    func reads(_ ties: String) async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.jump, #""ties":"\#(ties)","operators":["incr","set"],"#)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            #expect(try await ruled.update("zoe", 5) == "applied 5")
            let fields = "'user', 'x', 'increase', '0', 'seq', '1', 'score', '0'"
            let fill = "for i = 1, 2100 do redis.call('XADD', KEYS[1], ARGV[1] .. i, \(fields)) end"
            // Of the test's own time.
            try await board.command("EVAL", fill, "1", store.keys.audit, "\(RuledBoard.start / 1000)-1000")
            for user in ["ada", "bob", "ada", "cid", "dee", "bob"] {
                #expect(try await ruled.update(user, 50) == "held largest_jump held")
            }
            func pages() async throws -> Int {
                let stats = try await board.command("INFO", "commandstats").text ?? ""
                return stats.firstMatch(of: /cmdstat_xrange:calls=([0-9]+)/).flatMap { Int($0.1) } ?? 0
            }
            let before = try await pages()
            let reviewed = try await store.reviewAll(HeldFilter(), .release, by: act, on: loop)
            #expect(reviewed.released == 6 && reviewed.kept.isEmpty)
            // Of 500 entries each: five once; and of each release its own few.
            #expect(try await pages() - before < 5 + 6 * 4)
            for (user, score) in [("ada", 100), ("bob", 100), ("cid", 50), ("dee", 50)] {
                #expect(try await store.holding(of: UserID(user), on: loop).score == score)
            }
        }
    }

    @Test(
        "counts before one that was made later and waited with it, in whichever order they are released",
        arguments: [("set 100, set 200", 200), ("incr 50, set 100", 100), ("set 100, incr 50", 150)],
        [false, true]
    )
    func order(_ updates: (text: String, score: Int), isReversed: Bool) async throws {
        try await withBoard { board in
            let members =
                #""operators":["incr","decr","set"],"windows":[{"name":"all"},{"name":"round","reset":"manual"}],"#
            let ruled = try await RuledBoard(board, Self.jump, members)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            #expect(try await ruled.update("ada", 1) == "applied 1")
            for update in updates.text.split(separator: ", ") {
                let words = update.split(separator: " ")
                let (operation, value) = try #require(
                    BoardDefinition.Operator(rawValue: String(words[0])).flatMap { word in
                        Int(words[1]).map { (word, $0) }
                    }
                )
                #expect(try await ruled.update("ada", value, operation) == "held largest_jump held")
            }
            var waiting = try await store.held(limit: 10, on: loop).entries
            if isReversed { waiting.reverse() }
            for held in waiting {
                guard case .released = try await store.review(held, .release, by: act, on: loop) else {
                    Issue.record("\(held) is not released")
                    continue
                }
            }
            #expect(try await store.holding(of: UserID("ada"), on: loop).score == updates.score)
            let report = try await ruled.verify()
            #expect(report.isSound, "\(report)")
        }
    }

    @Test(
        "stands among equals as of when it was made, on the board and in a season, whatever the users are called",
        arguments: ["first", "last"],
        ["ada", "eve"]
    )
    func equals(_ ties: String, name: String) async throws {
        try await withBoard { board in
            let members =
                #""ties":"\#(ties)","windows":[{"name":"all"},{"name":"round","reset":"manual"}],"#
            let ruled = try await RuledBoard(board, Self.jump, members)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            func order(_ key: String) async throws -> [String] {
                let members = try await board.command("ZRANGE", key, "15", "15", "BYSCORE").array ?? []
                return members.compactMap(\.text).map { String($0.dropFirst(14)) }
            }
            for (user, increase) in [("cid", 5), ("cid", 10)] {
                #expect(try await ruled.update(user, increase).hasPrefix("applied"))
            }
            // Two that wait behind one another, released the other way round.
            for user in [name, "dee"] { #expect(try await ruled.update(user, 15) == "held largest_jump held") }
            for (user, increase) in [("bob", 5), ("bob", 10)] {
                #expect(try await ruled.update(user, increase).hasPrefix("applied"))
            }
            for held in try await store.held(limit: 2, on: loop).entries.reversed() {
                #expect(
                    try await store.review(held, .release, by: act, on: loop) == .released(.init(score: 15, points: 15))
                )
            }
            let expected = ["cid", name, "dee", "bob"]
            let season = try #require(try await store.everyKeptSeason(on: loop).first)
            for key in [store.keys.scores, store.keys.season(of: season).scores] {
                // Equals stand in the order of their stamps; the best is the last of a descending board.
                #expect(try await order(key) == (ties == "first" ? expected.reversed() : expected), "\(key)")
            }
            for _ in 0..<2 {
                let report = try await ruled.verify()
                #expect(report.isSound, "\(report)")
                try await board.command("DEL", store.keys.at)
                _ = try await store.rebuild(try await ruled.verify(), by: act, on: loop)
                #expect(try await order(store.keys.scores) == (ties == "first" ? expected.reversed() : expected))
            }
        }
    }

    @Test("that waits since before it had a number of its own counts behind the change of the number that it says")
    func waitsSinceBefore() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.jump, #""ties":"first","#)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            #expect(try await ruled.update("ada", 10) == "applied 10")
            let time = RuledBoard.start / 1000
            try await board.command(
                "XADD",
                store.keys.held,
                "*",
                "user",
                "bob",
                "op",
                "incr",
                "value",
                "50",
                "seq",
                "1",
                "time",
                String(time),
                "had",
                "",
                "score",
                "50",
                "rules",
                "largest_jump held",
                "ip",
                "192.0.2.1",
                "request",
                "r"
            )
            try await board.command("HSET", store.keys.holding, "bob", "1")
            let held = try #require(try await store.held(limit: 1, on: loop).entries.first)
            #expect(
                try await store.review(held, .release, by: act, on: loop) == .released(.init(score: 50, points: 50))
            )
            let report = try await ruled.verify()
            #expect(report.isSound, "\(report)")
            #expect(try await store.holding(of: UserID("bob"), on: loop).reached == 1)
        }
    }

    @Test("takes its user into the segments and to the words that it names, where those are as they were then")
    func says() async throws {
        try await withBoard { board in
            let members = #""segments":["team"],"operators":["incr","set"],"operator":"incr","#
            let ruled = try await RuledBoard(board, Self.jump, members)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            func hold(_ user: String, _ team: String, _ name: String) async throws {
                let json =
                    #"{"user_id":"\#(user)","score_increase":50,"segments":["team:\#(team)"],"metadata":{"name":"\#(name)"}}"#
                let update = try BoardUpdate(json: ByteBuffer(string: json), of: store.board.definition)
                let outcome = try await store.apply(
                    update,
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
                    idempotencyKey: nil,
                    withRank: false,
                    on: loop
                )
                guard case .held = outcome else { throw UnexpectedOutcome(outcome: outcome) }
            }
            try await hold("ada", "red", "Ada")
            try await hold("ada", "blue", "Lady")
            let waiting = try await store.held(limit: 10, on: loop).entries
            #expect(waiting.map(\.segments) == [["team:red"], ["team:blue"]])
            let users = store.keys.segments(of: try #require(SegmentKind("team"))).users
            func team() async throws -> String? {
                try await board.command("HGET", users, "ada").text?.split(separator: " ").last.map(String.init)
            }
            func said() async throws -> String? { try await board.command("HGET", store.keys.meta, "ada").text }
            #expect(try await team() == nil)
            #expect(try await said() == nil)
            // Of two that wait, either found nothing: the one that is released first is what the other finds then.
            for (place, score) in [(0, 50), (1, 100)] {
                let reviewed = try await store.review(waiting[place], .release, by: act, on: loop)
                #expect(reviewed == .released(.init(score: score, points: 50)))
                #expect(try await team() == "red")
                #expect(try await said() == #"{"name":"Ada"}"#)
            }
            let report = try await ruled.verify()
            #expect(report.isSound, "\(report)")
            let entry = try #require(try await store.audit(AuditFilter(), before: nil, limit: 2, on: loop).entries.last)
            #expect(entry.segments == ["team:red"])
        }
    }
}
