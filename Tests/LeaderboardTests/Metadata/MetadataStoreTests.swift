import Board
import NIOCore
import RedisClient
import Testing

@testable import Leaderboard

@Suite("Metadata in Redis")
struct MetadataStoreTests {
    @Test("come with an update that counts, in the same call, and with no other")
    func updates() async throws {
        try await withBoard(.tight(4)) { board in
            #expect(try await board.says("ada", #"{"name":"Ada"}"#, 5).isApplied)
            #expect(try await board.said("ada", "bob") == [#"{"name":"Ada"}"#, nil])
            _ = try await board.applied("ada", 1)
            #expect(try await board.said("ada") == [#"{"name":"Ada"}"#])
            // A retry is told the first outcome; of one that says something else, nothing is taken.
            for _ in 1...2 { #expect(try await board.says("ada", #"{"name":"A"}"#, 1, key: "k").isApplied) }
            guard case .idempotencyKeyReused = try await board.says("ada", #"{"name":"B"}"#, 1, key: "k") else {
                return #expect(Bool(false), "the key was used for something else")
            }
            #expect(try await board.said("ada") == [#"{"name":"A"}"#])
            #expect(try await board.says("ada", "{}", 0).isApplied)
            #expect(try await board.said("ada") == [nil])
            guard case .rateLimited = try await board.says("ada", #"{"name":"C"}"#, 1) else {
                return #expect(Bool(false), "the bucket is not empty")
            }
            #expect(try await board.said("ada") == [nil])
        }
    }

    @Test("of one group are each their own user's")
    func group() async throws {
        try await withBoard { board in
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for number in 0..<40 {
                    tasks.addTask {
                        let metadata = number.isMultiple(of: 2) ? #"{"n":\#(number)}"# : nil
                        return try await board.says("u\(number)", metadata, 1, key: number % 3 == 0 ? "k" : nil)
                            .isApplied
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes == Array(repeating: true, count: 40))
            let said = try await board.said((0..<40).map { "u\($0)" })
            #expect(said == (0..<40).map { $0.isMultiple(of: 2) ? #"{"n":\#($0)}"# : nil })
        }
    }

    @Test("cost an update without them no command more")
    func cost() async throws {
        try await withBoard { board in
            _ = try await board.applied("ada", 5)
            try await board.command("CONFIG", "RESETSTAT")
            for _ in 1...3 { _ = try await board.applied("ada", 5) }
            let told = try await board.command("INFO", "commandstats").text ?? ""
            for command in ["hget", "hset", "hdel", "hmget"] {
                #expect(!told.contains("cmdstat_\(command):"), "\(command)")
            }
        }
    }

    @Test("are set without an update by who is not suspended or held, at the price of one")
    func profile() async throws {
        try await withBoard(.tight(3)) { board in
            let ada = try UserID("ada")
            guard case .kept(let state) = try await board.sets(ada, #"{"name":"Ada"}"#) else {
                return #expect(Bool(false), "not kept")
            }
            #expect(state.remaining == 2)
            #expect(try await board.said("ada") == [#"{"name":"Ada"}"#])
            // Nobody's place is another one.
            #expect(try await board.audit().isEmpty)
            #expect(try await board.score("ada") == nil)
            guard case .kept = try await board.sets(ada, "{}") else { return #expect(Bool(false), "not kept") }
            #expect(try await board.command("EXISTS", board.keys.meta).count == 0)
            _ = try await board.applied("ada", 1)
            guard case .rateLimited(let state) = try await board.sets(ada, #"{"name":"B"}"#) else {
                return #expect(Bool(false), "the bucket is not empty")
            }
            #expect(state.retryAfterSeconds > 0)
            _ = try await board.store.suspend(ada, by: board.act(), on: board.loop)
            #expect(try await board.sets(ada, #"{"name":"B"}"#) == .suspended)
            #expect(try await board.says("ada", #"{"name":"B"}"#, 1) == .suspended)
            #expect(try await board.said("ada") == [nil])
        }
    }

    @Test("are taken away by an operator, and stay away until one allows them; the audit tells who, and not what")
    func held() async throws {
        try await withBoard { board in
            let ada = try UserID("ada")
            _ = try await board.says("ada", #"{"name":"Rude"}"#, 5)
            for isFirst in [true, false] {
                #expect(try await board.store.blankMetadata(of: ada, by: board.act("rude"), on: board.loop) == isFirst)
            }
            #expect(try await board.said("ada") == [nil])
            #expect(try await board.sets(ada, #"{"name":"Rude"}"#) == .held)
            // The score counts all the same.
            #expect(try await board.says("ada", #"{"name":"Rude"}"#, 5).isApplied)
            #expect(try await board.score("ada") == 10)
            #expect(try await board.said("ada") == [nil])
            let kept = try await board.store.keptMetadata(of: ada, on: board.loop)
            #expect(kept == KeptMetadata(metadata: .none, isHeld: true))

            for isFirst in [true, false] {
                #expect(try await board.store.allowMetadata(of: ada, by: board.act(), on: board.loop) == isFirst)
            }
            #expect(try await board.says("ada", #"{"name":"Ada"}"#, 1).isApplied)
            #expect(try await board.said("ada") == [#"{"name":"Ada"}"#])

            let entries = try await board.audit()
            #expect(entries.map(\.action) == [.update, .blank, .update, .profile, .update])
            #expect(entries[1]["reason"] == "rude" && entries[1]["actor"] == "ops")
            #expect((entries[1].score, entries[1].increase, entries[1].seq) == (5, 0, 2))
            #expect(entries.allSatisfy { $0.fields.allSatisfy { !$0.value.contains("Rude") } })
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
        }
    }

    @Test("that an operator sets are audited, and the user's to change")
    func operated() async throws {
        try await withBoard { board in
            let ada = try UserID("ada")
            let named = try UserMetadata(json: ByteBuffer(string: #"{"name":"Player"}"#), maximumBytes: 4096)
            _ = try await board.store.blankMetadata(of: ada, by: board.act(), on: board.loop)
            #expect(
                try await board.store.operateMetadata(.none, of: ada, allows: false, by: board.act(), on: board.loop)
            )
            #expect(
                try await !board.store.operateMetadata(named, of: ada, allows: false, by: board.act(), on: board.loop)
            )
            #expect(try await board.said("ada") == [nil])
            #expect(try await board.sets(ada, #"{"name":"A"}"#) == .held)
            for _ in 0..<2 {
                let act = try board.act()
                #expect(try await board.store.operateMetadata(named, of: ada, allows: true, by: act, on: board.loop))
            }
            #expect(try await board.said("ada") == [#"{"name":"Player"}"#])
            guard case .kept = try await board.sets(ada, #"{"name":"A"}"#) else { return #expect(Bool(false), "held") }
            #expect(try await board.audit().map(\.action) == [.blank, .profile])
        }
    }

    @Test("go with an erasure, which does not end a hold, and with the board; an export has them")
    func erased() async throws {
        try await withBoard { board in
            let (ada, bob) = (try UserID("ada"), try UserID("bob"))
            _ = try await board.says("ada", #"{"name":"Ada"}"#, 5)
            _ = try await board.says("bob", #"{"name":"Rude"}"#, 5)
            _ = try await board.store.blankMetadata(of: bob, by: board.act(), on: board.loop)
            let export = try await board.store.export(ada, on: board.loop)
            #expect(export.metadata.metadata.json == #"{"name":"Ada"}"#)
            #expect(try await board.store.export(bob, on: board.loop).metadata.isHeld)
            for user in [ada, bob] { _ = try await board.store.erase(user, by: board.act(), on: board.loop) }
            #expect(try await board.said("ada", "bob") == [nil, nil])
            #expect(try await board.sets(bob, #"{"name":"Rude"}"#) == .held)
            #expect(try await board.command("HEXISTS", board.keys.meta, "ada").count == 0)
            #expect(board.keys.named.contains(board.keys.meta))
        }
    }

    @Test("that another writer put there, or a key of another type, cost nobody else an answer")
    func foreign() async throws {
        try await withBoard { board in
            _ = try await board.says("ada", #"{"name":"Ada"}"#, 5)
            try await board.command("HSET", board.keys.meta, "bob", #"{"name":"\u202Ebob"}"#, "cy", "not JSON")
            #expect(try await board.said("ada", "bob", "cy") == [#"{"name":"Ada"}"#, nil, nil])
            try await board.command("SET", board.keys.meta, "text")
            _ = try await board.applied("ada", 1)
            let before = try await board.audit().count
            await #expect(throws: ScoreStoreError.self) { try await board.says("ada", #"{"name":"A"}"#, 1) }
            #expect(try await board.audit().count == before)
        }
    }
}

extension TestBoard {
    fileprivate func metadata(_ json: String) throws -> UserMetadata {
        try UserMetadata(json: ByteBuffer(string: json), maximumBytes: 4096)
    }

    @discardableResult
    fileprivate func says(
        _ user: String,
        _ json: String?,
        _ increase: Int,
        key: String? = nil
    ) async throws -> UpdateOutcome {
        let update = BoardUpdate(
            user: try UserID(user),
            .incr,
            increase,
            metadata: try json.map { try metadata($0) }
        )
        return try await store.apply(
            update,
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
            idempotencyKey: try key.map { try IdempotencyKey($0) },
            withRank: false,
            on: loop
        )
    }

    fileprivate func sets(_ user: UserID, _ json: String) async throws -> ProfileOutcome {
        try await store.setMetadata(try metadata(json), of: user, on: loop)
    }

    fileprivate func said(_ users: String...) async throws -> [String?] { try await said(users) }

    fileprivate func said(_ users: [String]) async throws -> [String?] {
        try await store.metadata(of: users, on: loop).map { $0?.json }
    }
}

extension UpdateOutcome {
    fileprivate var isApplied: Bool { if case .applied = self { true } else { false } }
}
