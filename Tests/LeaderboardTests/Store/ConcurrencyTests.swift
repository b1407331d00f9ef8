import Board
import Leaderboard
import Logging
import NIOConcurrencyHelpers
import NIOCore
import RedisClient
import TestSupport
import Testing

@Suite("Many updates at once")
struct ConcurrencyTests {
    @Test("are each counted once: on the board, in the sequence, in the audit, and on the channel")
    func everyUpdateCounts() async throws {
        try await withBoard { board in
            try await withEvents(of: board) { events in
                let acknowledged = try await writers(count: 32, updatesEach: 100, on: board)

                let page = try await board.store.standings(offset: 0, limit: 100, on: board.loop)
                var sums: [String: Int] = [:]
                for update in acknowledged { sums[update.user, default: 0] += update.increase }
                #expect(Dictionary(uniqueKeysWithValues: page.standings.map { ($0.user, $0.score) }) == sums)
                #expect(acknowledged.map(\.seq).sorted() == Array(1...3200))
                #expect(page.cursor.seq == 3200)
                #expect(try await board.command("XLEN", board.keys.audit).integer == 3200)
                try await until { events.withLockedValue { $0.count } == 3200 }
                let seen = events.withLockedValue { $0 }
                #expect(seen.map(\.seq) == Array(1...3200))
                #expect(seen.allSatisfy { $0.epoch == page.cursor.epoch })
                var replayed: [String: Int] = [:]
                for event in seen { replayed[event.user] = event.score }
                #expect(replayed == sums)
            }
        }
    }

    @Test("lose nothing and fail nowhere while Redis loses its functions again and again")
    func libraryLost() async throws {
        try await withBoard { board in
            let writing = NIOLockedValueBox(true)
            async let flushes = {
                var count = 0
                while writing.withLockedValue({ $0 }) {
                    let seq = try await board.command("GET", board.keys.seq).integer ?? 0
                    try await board.command("FUNCTION", "FLUSH")
                    count += 1
                    try await until {
                        let later = try await board.command("GET", board.keys.seq).integer ?? 0
                        return later >= seq + 50 || !writing.withLockedValue { $0 }
                    }
                }
                return count
            }()
            let acknowledged = try await writers(count: 16, updatesEach: 100, on: board)
            writing.withLockedValue { $0 = false }
            #expect(try await flushes > 5)
            #expect(acknowledged.map(\.seq).sorted() == Array(1...1600))
            let total = try await board.store.standings(offset: 0, limit: 100, on: board.loop).standings.map(\.score)
            #expect(total.reduce(0, +) == acknowledged.map(\.increase).reduce(0, +))
        }
    }
}

private struct Acknowledged: Sendable {
    let user: String
    let increase: Int
    let seq: Int
}

/// So many tasks, on all loops, that add to the same ten users.
private func writers(count: Int, updatesEach: Int, on board: TestBoard) async throws -> [Acknowledged] {
    try await withThrowingTaskGroup(of: [Acknowledged].self) { group in
        for writer in 0..<count {
            group.addTask {
                var acknowledged: [Acknowledged] = []
                for index in 0..<updatesEach {
                    let user = "user\((writer + index) % 10)"
                    let update = try await board.applied(user, index % 7, on: board.loops[writer % board.loops.count])
                    acknowledged.append(Acknowledged(user: user, increase: index % 7, seq: update.seq))
                }
                return acknowledged
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
}

/// Listens on the board's channel while `body` runs; every event must be one that we accept.
private func withEvents(
    of board: TestBoard,
    _ body: (NIOLockedValueBox<[Change]>) async throws -> Void
) async throws {
    let events = NIOLockedValueBox<[Change]>([])
    let subscribed = board.loop.makePromise(of: Void.self)
    let subscriber = RedisSubscriber(
        endpoint: try RedisEndpoint(url: board.server.url),
        options: RedisOptions(),
        channel: board.keys.channel,
        eventLoop: board.loop,
        logger: Logger(label: "test")
    ) { event in
        switch event {
        case .subscribed: subscribed.succeed()
        case .message(let payload):
            do {
                switch try BoardEvent(json: payload) {
                case .change(let event): events.withLockedValue { $0.append(event) }
                case .group(let group): events.withLockedValue { $0 += group.updates }
                case .standingsReplaced, .seasonsBegun, .saysOther: Issue.record("no update")
                }
            } catch {
                Issue.record(error)
            }
        case .disconnected: break
        }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await subscriber.run() }
        try await subscribed.futureResult.get()
        try await body(events)
        group.cancelAll()
    }
}
