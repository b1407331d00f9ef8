@testable import TestSupport
import Board
import NIOCore
import RedisClient
import Testing
import Text

@testable import Leaderboard

@Suite("Segments that were spoilt", .timeLimit(.minutes(2)))
struct SegmentRepairTests {
    /// What somebody does to a key past the functions.
    enum Damage: String, CaseIterable {
        case recordLost, recordsLost, recordForged, recordOfNothing, recordOfNobody
        case placeLost, placesLost, placeForged, placeOfNothing, placeOfNobody, placeWithScore
        case totalWrong, totalOfNoNumber, totalLost, totalsLost, totalOfNobody, restForged, allLost, keysLost
        case foreignScore, nothing
    }

    @Test(
        "are found in each key, and made what the board has",
        arguments: [BoardOrder.Ties.id, .dense, .first]
    )
    func damages(ties: BoardOrder.Ties) async throws {
        try await withBoard { board in
            for damage in Damage.allCases where damage != .foreignScore || ties == .id {
                try await board.command("FLUSHALL")
                var target = try await SegmentedBoard(board, ties)
                for (user, value) in [("ada", 5), ("bob", 5), ("cyd", 7), ("dan", -3)] {
                    _ = try await target.write(user, .set, value, ["country:de", "team:d"])
                }
                try await spoil(damage, target)
                let report = try await AuditVerification(target.store, on: board.loop).run()
                let isSound = damage == .nothing
                #expect(report.isSound == isSound && report.hasSoundSegments == isSound, "\(damage)")
                let examination = BoardExamination(board.store.functions)
                let seen = await examination.condition(of: target.store.board.id, isWhole: true, on: board.loop)
                // Where nothing is left of a segment, the audit alone tells of it.
                #expect(seen.map { $0.segmentFaults == 0 } == (isSound || damage == .keysLost), "\(damage)")
                // A score that another service wrote is told apart from what it cannot have done.
                #expect(report.onlyScoresDiffer == (damage == .foreignScore), "\(damage)")
                let summary = try await target.store.repair(report, with: nil, by: board.act(), on: board.loop)
                #expect(summary.inSegments > 0 || isSound || damage == .foreignScore, "\(damage)")
                try await target.expectExact("\(damage)")
                #expect(try await AuditVerification(target.store, on: board.loop).run().isSound, "\(damage)")
                _ = try await target.write("ada", .incr, 4)
                _ = try await target.write("bob", .decr, 1, ["country:1", "team:"])
                try await target.expectExact("\(damage), and updates")
            }
        }
    }

    private func spoil(_ damage: Damage, _ target: SegmentedBoard) async throws {
        let (board, keys) = (target.board, target.store.keys.segments(of: try #require(SegmentKind("team"))))
        let places = try await board.command("ZRANGE", keys.places, "0", "-1").array?.compactMap(\.text) ?? []
        let place = try #require(places.first { $0.hasSuffix("ada") })
        switch damage {
        case .recordLost: try await board.command("HDEL", keys.users, "ada")
        case .recordsLost: try await board.command("DEL", keys.users)
        case .recordForged: try await board.command("HSET", keys.users, "ada", "- d")
        case .recordOfNothing: try await board.command("HSET", keys.users, "ada", "red")
        case .recordOfNobody:
            try await board.command("HSET", keys.users, "no user", "- d")
            try await board.command("HSET", keys.users, "eve", "1000000000000ff d")
        case .placeLost: try await board.command("ZREM", keys.places, place)
        case .placesLost: try await board.command("DEL", keys.places)
        case .placeForged:
            try await board.command("ZADD", keys.places, "0", "DE" + place.dropFirst())
        case .placeOfNothing: try await board.command("ZADD", keys.places, "0", "anything", "0", "d/ffffff")
        case .placeOfNobody: try await board.command("ZADD", keys.places, "0", "d 100000000000009zoe")
        case .placeWithScore: try await board.command("ZADD", keys.places, "5", place)
        case .totalWrong: try await board.command("ZADD", keys.totals, "999", "d")
        case .totalOfNoNumber: try await board.command("ZADD", keys.totals, "inf", "d")
        case .totalLost: try await board.command("ZREM", keys.totals, "d")
        case .totalsLost: try await board.command("DEL", keys.totals)
        case .totalOfNobody: try await board.command("ZADD", keys.totals, "5", "green")
        case .restForged: try await board.command("HSET", keys.users, " d", "1 2")
        case .allLost:
            for kind in target.store.board.definition.segments.kinds {
                let keys = target.store.keys.segments(of: kind)
                try await board.command("DEL", keys.users, keys.places)
            }
        case .keysLost:
            for kind in target.store.board.definition.segments.kinds {
                for key in target.store.keys.segments(of: kind).all { try await board.command("DEL", key) }
            }
        case .foreignScore: try await board.command("ZINCRBY", target.store.keys.scores, "3", "ada")
        case .nothing: break
        }
    }

    @Test("come back from a backup where the audit tells of them no more, but for who moved, left or was erased since")
    func lostFromBackup() async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, .first)
            for user in ["ada", "bob", "cyd", "dan"] {
                _ = try await target.write(user, .set, 5, ["country:de", "team:d"])
            }
            let lines = try await backupText(target.store, board.loop)
            for (user, named) in [("bob", ["team:DE"]), ("cyd", ["country:", "team:"])] {
                _ = try await target.write(user, .incr, 1, named)
            }
            _ = try await target.store.erase(UserID("dan"), by: board.act(), on: board.loop)
            target.segments["dan"] = nil
            let first = try await board.command("XREVRANGE", target.store.keys.audit, "+", "-").array?
                .first { $0.array?.last?.array?.contains { $0.text == "bob" } == true }
            let id = try #require(first?.array?.first?.text)
            try await board.command("XTRIM", target.store.keys.audit, "MINID", id)
            for kind in target.store.board.definition.segments.kinds {
                for key in target.store.keys.segments(of: kind).all { try await board.command("DEL", key) }
            }
            let alone = try await AuditVerification(target.store, on: board.loop).run()
            #expect(alone.segments.map(\.lost.names) == [["bob"], ["bob"]])
            let backup = try await BackupAudit(backupLines(lines), beside: target.store, on: board.loop)
            let report = try await AuditVerification(target.store, older: backup, on: board.loop).run()
            #expect(report.segments.map(\.lost.names) == [["ada", "bob"], ["ada", "bob"]])
            _ = try await target.store.repair(report, with: backup, by: board.act(), on: board.loop)
            try await target.expectExact("from the backup")
        }
    }

    @Test("of a kind that went and came back are empty, whatever the audit tells of before")
    func droppedKind() async throws {
        let (of, backup) = (
            try #require(SegmentKind("team")), BackupSegments(users: ["bob": "team:red"], seq: 3, end: .zero)
        )
        func entry(_ seq: Int, _ user: String, _ text: String) throws -> AuditEntry {
            let fields = ["user": user, "increase": "1", "seq": "\(seq)", "segments": text]
            return AuditEntry(id: try #require(AuditID("\(seq)-0")), fields: fields.map { .init(name: $0, value: $1) })
        }
        var memberships = SegmentMemberships(dropped: [of: 3], backup)
        memberships.read([try entry(2, "ada", "team:red"), try entry(3, "eve", "country:de team:d")])
        #expect(memberships.values(of: of) == [:])
        memberships.read([try entry(4, "eve", "country:de team:d"), try entry(5, "ada", "country:de")])
        #expect(memberships.values(of: of).mapValues(\.rawValue) == ["eve": "d"])
        memberships.read([
            AuditEntry(id: try #require(AuditID("6-0")), fields: [.init(name: "action", value: "accept")])
        ])
        #expect(memberships.values(of: of) == [:])
    }

    @Test(
        "are not told of while updates, moves and suspensions go on, and a total is mended among them",
        .timeLimit(.minutes(1))
    )
    func live() async throws {
        try await withBoard { board in
            let target = try await SegmentedBoard(board, .first)
            let users = (0..<40).map { "user-\($0)" }
            var first = target
            for (index, user) in users.enumerated() {
                _ = try await first.write(user, .set, index, ["country:de", "team:d"])
            }
            let keys = target.store.keys.segments(of: try #require(SegmentKind("team")))
            try await withThrowingTaskGroup { tasks in
                tasks.addTask {
                    var (own, random) = (target, SeededGenerator(seed: 7))
                    for _ in 0..<2000 {
                        let user = users.randomElement(using: &random) ?? ""
                        let value = SegmentedBoard.values.randomElement(using: &random) ?? ""
                        let named = Int.random(in: 0..<10, using: &random) == 0 ? ["team:\(value)"] : nil
                        _ = try await own.write(user, .incr, Int.random(in: 1...9, using: &random), named)
                        if Int.random(in: 0..<20, using: &random) == 0 {
                            _ = try await own.store.suspend(UserID(user), by: board.act(), on: board.loops[1])
                            _ = try await own.store.reinstate(UserID(user), by: board.act(), on: board.loops[1])
                        }
                    }
                }
                // Pages of 3: the great segments are added up piece by piece.
                let walk = SegmentWalk(store: target.store, pageSize: 3, eventLoop: board.loop)
                for _ in 0..<10 {
                    let reports = try await walk.run()
                    #expect(reports.allSatisfy { $0.isSound && $0.users == users.count }, "\(reports)")
                }
                try await board.command("ZINCRBY", keys.totals, "1000000", "d")
                #expect(try await walk.run().map(\.wrongTotalCount) == [0, 1])
                var mending = walk
                mending.mending = try board.act()
                #expect(try await mending.run().map(\.wrongTotalCount) == [0, 1])
                #expect(try await walk.run().allSatisfy(\.isSound))
                try await tasks.waitForAll()
            }
            #expect(try await AuditVerification(target.store, on: board.loop).run().isSound)
        }
    }

    @Test("are put right beyond what a score may be, in one piece and in several", arguments: [3, 2000])
    func greatTotals(pageSize: Int) async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, .id)
            for user in ["a", "b", "c", "d"] { _ = try await target.write(user, .set, ScoreRange.limit, ["team:red"]) }
            let keys = target.store.keys.segments(of: try #require(SegmentKind("team")))
            try await board.command("HDEL", keys.users, " red")
            var walk = SegmentWalk(store: target.store, pageSize: pageSize, eventLoop: board.loop)
            let wrong = try await walk.run()[1].wrongTotals
            #expect(
                wrong.map { "\($0.held?.description ?? "") \($0.right?.description ?? "")" } == [
                    "9007199254740991 36028797018963964"
                ]
            )
            walk.mending = try board.act()
            _ = try await walk.run()
            walk.mending = nil
            #expect(try await walk.run().allSatisfy(\.isSound))
            for user in ["a", "b", "c"] { _ = try await target.write(user, .set, 1) }
            _ = try await target.write("d", .set, 4)
            #expect(try await board.command("ZSCORE", keys.totals, "red").text == "7")
        }
    }

    @Test(
        "come back from a backup of a board with all operators, windows, and suspended users",
        arguments: BoardOrder.Ties.allCases
    )
    func roundTrip(ties: BoardOrder.Ties) async throws {
        let text =
            #"{"ties":"\#(ties)","operator":"incr","operators":["incr","decr","set","best"],"segments":["country","team"],"#
            + #""totals":["country","team"],"windows":[{"name":"all"},{"name":"weekly","reset":"weekly"}],"#
            + #""rate_limit":{"updates":100000,"interval_seconds":1}}"#
        let object = try #require(JSONValue(json: Array(text.utf8), maximumBytes: 4096).object)
        let definition = try BoardDefinition(json: object, named: .board(try BoardID("trip")))
        try await withBoard { board in
            let living = LivingBoard(board, try BoardID("trip"))
            try await living.define(definition)
            var random = SeededGenerator(seed: 11)
            for step in 0..<120 {
                let user = "user-\(step % 17)"
                let operation = try #require(BoardDefinition.Operator.allCases.randomElement(using: &random))
                let values = ["de", "fr", ""].map { "country:\($0)" } + ["red", "blue"].map { "team:\($0)" }
                let named = Bool.random(using: &random) ? [try #require(values.randomElement(using: &random))] : []
                let moves = try SegmentMoves(.array(named.map { .string($0) }), of: definition.segments)
                let update = BoardUpdate(
                    user: try UserID(user),
                    operation,
                    Int.random(in: 0...9, using: &random),
                    segments: moves
                )
                _ = try await living.store().apply(
                    update,
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
                    idempotencyKey: nil,
                    withRank: false,
                    on: board.loop
                )
                if step == 60 { for user in ["user-3", "user-4"] { try await living.setSuspended(true, user) } }
                if step == 90 { try await living.setSuspended(false, "user-3") }
            }
            let store = try await living.store()
            let lines = try await backupText(store, board.loop)
            let before = try await held(store, board)
            #expect(before.count > 20)
            try await withBoard { other in
                let copy = LivingBoard(other, try BoardID("trip"))
                _ = try await copy.restore(lines)
                let restored = try await copy.store()
                #expect(try await held(restored, other) == before)
                #expect(try await AuditVerification(restored, on: other.loop).run().isSound)
                for living in [living, copy] { try await living.setSuspended(false, "user-4") }
                let there = try await held(store, board)
                #expect(try await held(restored, other) == there)
            }
        }
    }

    private func backupText(_ store: ScoreStore, _ loop: any EventLoop) async throws -> [String] {
        var lines: [String] = []
        _ = try await store.backup(on: loop) { bytes, beginsAnew in
            if beginsAnew { lines = [] }
            lines += String(buffer: bytes).split(separator: "\n").map(String.init)
        }
        return lines
    }

    /// Users of each segment in their order, with their ranks, and the totals.
    private func held(_ store: ScoreStore, _ board: TestBoard) async throws -> [String] {
        var held: [String] = []
        for kind in store.board.definition.segments.kinds {
            let totals = try await store.totals(of: kind, .page(offset: 0), limit: 100, on: board.loop)
            for row in try #require(totals).rows {
                held.append("\(kind) \(row.value) \(row.total) \(row.rank) \(row.users)")
                let view = BoardView.segment(Segment(kind: kind, value: try #require(SegmentValue(row.value))))
                let rows = try #require(try await store.rows(.page(offset: 0), limit: 100, in: view, on: board.loop))
                held += zip(rows.snapshot.standings, rows.ranks).map { "\($0.user) \($0.score) \($1)" }
            }
        }
        return held
    }

    @Test(
        "of which a key holds something else take no update, which is told by the key's name",
        arguments: ["users", "places", "totals"]
    )
    func otherType(key: String) async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, .id)
            _ = try await target.write("ada", .set, 5, ["team:d"])
            let name = target.store.keys.name("g:team:\(key)")
            try await board.command("SET", name, "x")
            let condition = await BoardExamination(board.store.functions)
                .condition(of: target.store.board.id, isWhole: false, on: board.loop)
            #expect(condition?.stopUpdates == [name])
        }
    }

    @Test("are told of in a user's export, who is suspended too")
    func export() async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, .first)
            _ = try await target.write("ada", .set, 5, ["team:d", "country:de"])
            _ = try await target.store.suspend(UserID("ada"), by: board.act(), on: board.loop)
            let export = try await target.store.export(UserID("ada"), on: board.loop)
            #expect(export.segments.map(\.description) == ["country:de", "team:d"])
            #expect(try await target.store.export(UserID("bob"), on: board.loop).segments == [])
        }
    }
}
