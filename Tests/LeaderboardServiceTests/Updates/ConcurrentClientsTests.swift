import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Many clients at once")
struct ConcurrentClientsTests {
    @Test("the board is the sum of what was acknowledged, the sequence has no hole, the audit one entry for each")
    func sums() async throws {
        let (clients, updates, users) = (16, 60, 10)
        try await withService { service, redis in
            let acknowledged = try await withThrowingTaskGroup { tasks in
                for client in 0..<clients {
                    tasks.addTask {
                        let connection = try await service.connect()
                        var sums = [Int](repeating: 0, count: users)
                        for number in 0..<updates {
                            let (user, increase) = ((client + number) % users, (client * 7 + number) % 100)
                            let response = try await service.update("user-\(user)", increase, on: connection)
                            if response.status == 200 { sums[user] += increase }
                        }
                        return sums
                    }
                }
                return try await tasks.reduce(into: [Int](repeating: 0, count: users)) { total, sums in
                    for user in 0..<users { total[user] += sums[user] }
                }
            }
            for user in 0..<users {
                let score = try await redis.command("ZSCORE", "lb:{main}:scores", "user-\(user)")
                #expect(score == "\(acknowledged[user])")
            }
            #expect(acknowledged.reduce(0, +) > 0)
            #expect(try await redis.command("GET", "lb:{main}:seq") == "\(clients * updates)")
            let entries = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+").components(separatedBy: "\n")
            let seqs = zip(entries, entries.dropFirst()).compactMap { $0 == "seq" ? Int($1) : nil }
            #expect(seqs == Array(1...(clients * updates)))
        }
    }
}
