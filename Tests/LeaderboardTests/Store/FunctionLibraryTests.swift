import Board
import Leaderboard
import RedisClient
import Testing

@Suite("The function library")
struct FunctionLibraryTests {
    @Test("is loaded by the first call that misses it, and by the readiness check")
    func loads() async throws {
        try await withBoard { board in
            #expect(try await board.applied("alice", 1).seq == 1)
            try await board.command("FUNCTION", "FLUSH")
            #expect(try await board.store.standings(offset: 0, limit: 1, on: board.loop).total == 1)
            try await board.command("FUNCTION", "FLUSH")
            try await board.store.check(on: board.loop)
            #expect(try await board.revision() == FunctionLibrary.revision)
        }
    }

    @Test(
        "replaces an older edition, and leaves a newer one alone",
        arguments: [
            (FunctionLibrary.revision - 1, FunctionLibrary.revision),
            (FunctionLibrary.revision + 1, FunctionLibrary.revision + 1),
        ]
    )
    func editions(found: Int, after: Int) async throws {
        try await withBoard { board in
            try await board.load(revision: found)
            try await board.store.check(on: board.loop)
            #expect(try await board.revision() == after)
        }
    }

    @Test("of an older edition is replaced when it lacks a function that is called")
    func lacking() async throws {
        try await withBoard { board in
            try await board.load(revision: FunctionLibrary.revision - 1)
            #expect(try await board.applied("alice", 1).seq == 1)
        }
    }

    @Test("that cannot be had makes the store unavailable, which is not an unknown outcome")
    func notOurs() async throws {
        try await withBoard { board in
            try await board.load(revision: FunctionLibrary.revision + 1)
            let error = await #expect(throws: ScoreStoreError.self) { try await board.apply("alice", 1) }
            guard case .unavailable = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("is refused by a key of another type before anything is written")
    func wrongType() async throws {
        try await withBoard { board in
            try await board.command("SET", board.keys.scores, "x")
            let error = await #expect(throws: ScoreStoreError.self) { try await board.apply("alice", 1) }
            guard case .unsoundBoard = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await board.command("DBSIZE").integer == 1)
        }
    }
}

extension TestBoard {
    fileprivate func revision() async throws -> Int? {
        try await command("FCALL_RO", "leaderboard_revision", "0").integer
    }

    /// A library of our name that has nothing but a revision.
    fileprivate func load(revision: Int) async throws {
        let source = """
            #!lua name=leaderboard
            redis.register_function{ function_name = 'leaderboard_revision',
              callback = function() return \(revision) end, flags = { 'no-writes' } }
            """
        try await command("FUNCTION", "LOAD", source)
    }
}
