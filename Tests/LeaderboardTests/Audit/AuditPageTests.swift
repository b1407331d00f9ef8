import Board
import Leaderboard
import TestSupport
import Testing

@Suite("The audit's pages")
struct AuditPageTests {
    @Test("come newest first and show each entry once")
    func pages() async throws {
        try await withBoard { board in
            for number in 1...25 { _ = try await board.applied("user\(number % 2)", number) }
            var seqs: [Int] = []
            var cursor: AuditID?
            repeat {
                let page = try await board.store.audit(AuditFilter(), before: cursor, limit: 10, on: board.loop)
                seqs += page.entries.compactMap(\.seq)
                cursor = page.next
            } while cursor != nil
            #expect(seqs == Array((1...25).reversed()))
        }
    }

    @Test("hold what the filter asks for")
    func filters() async throws {
        try await withBoard { board in
            let first = try await board.applied("alice", 1)
            try await until { try await board.now() > first.time + 1 }
            let second = try await board.applied("bob", 2)
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            func seqs(_ filter: AuditFilter) async throws -> [Int?] {
                try await board.store.audit(filter, before: nil, limit: 10, on: board.loop).entries.map(\.seq)
            }
            #expect(try await seqs(AuditFilter(user: "bob")) == [3, 2])
            #expect(try await seqs(AuditFilter(ip: "192.0.2.1")) == [2, 1])
            #expect(try await seqs(AuditFilter(until: first.time + 1)) == [1])
            #expect(try await seqs(AuditFilter(since: first.time + 2)) == [3, 2])
            #expect(try await seqs(AuditFilter(user: "alice", since: second.time)) == [])
        }
    }
}
