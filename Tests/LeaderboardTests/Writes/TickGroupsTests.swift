import Board
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Leaderboard
@testable import RedisClient

@Suite("The updates of one tick", .timeLimit(.minutes(5)))
struct TickGroupsTests {
    @Test("go to Redis as one call for each board, of at most 64, and each has its own outcome")
    func calls() async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            var other = BoardDefinition()
            other.ties = .first
            other.operators = [.set, .best]
            other.usualOperator = .best
            let level = ScoreStore(board.store.functions, try BoardID("level-1"), other, from: .template)
            for (count, calls) in [(1, 1), (2, 1), (64, 1), (65, 2), (200, 4)] {
                try await board.command("FLUSHDB")
                try await board.command("CONFIG", "RESETSTAT")
                let outcomes = try await board.tick((0..<count).map { Self.update("u\($0)", .incr, $0) })
                #expect(try await board.functionCalls() == calls)
                #expect(outcomes.map { $0.applied?.score } == Array(0..<count))
                #expect(outcomes.map { $0.applied?.seq } == Array(1...count))
            }
            try await board.command("FLUSHDB")
            try await board.command("CONFIG", "RESETSTAT")
            let updates = (0..<30).map { number in
                number.isMultiple(of: 3)
                    ? (Self.update("u", .best, number), level.board) : (Self.update("u", .incr, 1), board.store.board)
            }
            let outcomes = try await board.tick(updates)
            #expect(try await board.functionCalls() == 2)
            #expect(outcomes.map { $0.applied?.score } == (0..<30).map { $0.isMultiple(of: 3) ? $0 : $0 - $0 / 3 })
            #expect(try await board.command("GET", level.keys.board).text == String(buffer: other.stored))
        }
    }

    @Test(
        "gather those of later ticks while a call is under way, if Redis is known to be quick",
        arguments: [
            (limit: TimeAmount.minutes(10), isKnown: true, calls: 2), (.minutes(10), false, 3), (.zero, true, 3),
        ]
    )
    func gathering(_ limit: TimeAmount, isKnown: Bool, calls: Int) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let (redis, loop, head) = (board.redis, board.loop, board.store.board.writeHead)
            let groups = try await loop.submit {
                NIOLoopBound(TickGroups(redis: redis, eventLoop: loop, gatheringLimit: limit), eventLoop: loop)
            }.get()
            if isKnown {
                try await loop.flatSubmit { groups.value.adding("known", by: head, on: loop) }.get()
            }
            try await board.command("CONFIG", "RESETSTAT")
            // The loop runs what it has before it looks at its sockets, so that no answer comes between.
            let last = loop.makePromise(of: Void.self)
            try await loop.flatSubmit {
                let first = groups.value.adding("u0", by: head, on: loop)
                loop.afterThisTick {
                    let second = groups.value.adding("u1", by: head, on: loop)
                    loop.afterThisTick {
                        let third = groups.value.adding("u2", by: head, on: loop)
                        second.and(third).map { _ in }.cascade(to: last)
                    }
                }
                return first
            }.get()
            try await last.futureResult.get()
            #expect(try await board.functionCalls() == calls)
        }
    }

    @Test("do not wait for a call that stands still")
    func stalled() async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let (redis, loop, head) = (board.redis, board.loop, board.store.board.writeHead)
            let groups = try await loop.submit {
                NIOLoopBound(TickGroups(redis: redis, eventLoop: loop), eventLoop: loop)
            }.get()
            try await loop.flatSubmit { groups.value.adding("known", by: head, on: loop) }.get()
            _ = try await redis.send(RedisCommand("CLIENT", "PAUSE", "60000", "WRITE"), on: board.loops[1])
            let both = try await loop.submit {
                let (first, second) = (loop.makePromise(of: Void.self), loop.makePromise(of: Void.self))
                groups.value.adding("u0", by: head, on: loop).cascade(to: first)
                loop.afterThisTick { groups.value.adding("u1", by: head, on: loop).cascade(to: second) }
                return first.futureResult.and(second.futureResult)
            }.get()
            // What Redis has of a call behind the one that it holds back.
            var hasSecond = false
            while !hasSecond {
                let clients = try await redis.send(RedisCommand("CLIENT", "LIST"), on: board.loops[1]).text ?? ""
                hasSecond = clients.split(whereSeparator: \.isNewline).contains {
                    $0.contains(" cmd=fcall") && !$0.contains(" qbuf=0 ")
                }
            }
            _ = try await redis.send(RedisCommand("CLIENT", "UNPAUSE"), on: board.loops[1])
            _ = try await both.get()
        }
    }

    @Test("whose users and keys are as long as can be make calls of 64 KiB at most")
    func bytes() async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            // A colon has three bytes in the key of an outcome.
            let user = String(repeating: ":", count: UserID.maximumLength)
            let group = UpdateGroup(board.store.board.writeHead)
            var count = 0
            let call = Self.update(
                user,
                .incr,
                ScoreRange.limit,
                key: String(repeating: "k", count: 64),
                grant: String(repeating: "g", count: 128),
                isTraced: true,
                id: String(repeating: "r", count: 900)
            )
            while group.takes(call) {
                group.add(call, ReplyContinuation { _ in })
                count += 1
            }
            #expect((16..<64).contains(count))
            var buffer = ByteBuffer()
            group.take().call.write(into: &buffer)
            #expect((40_000...UpdateGroup.maximumBytes).contains(buffer.readableBytes))
            #expect(group.takes(call) && group.count == 0)

            let outcomes = try await board.tick(
                (0..<64).map { Self.update(user, .incr, 1, key: "key-\($0)" + String(repeating: "k", count: 56)) }
            )
            #expect(outcomes.map { $0.applied?.score } == Array(1...64))
        }
    }

    @Test("are told apart by what they carry: ranks, keys, grants and traces")
    func flags() async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let updates = [
                Self.update("a", .incr, 5), Self.update("b", .incr, 7, withRank: true),
                Self.update("a", .incr, 1, key: "k"), Self.update("a", .incr, 1, key: "k"),
                Self.update("a", .incr, 2, key: "k"), Self.update("c", .incr, 9, grant: "g", isTraced: true),
                Self.update("d", .incr, 9, grant: "g"), Self.update("a", .set, 1), Self.update("a", .incr, -1),
            ]
            let outcomes = try await board.tick(updates)
            #expect(outcomes.map { $0.applied?.rank } == [nil, 1, 2, 2, nil, nil, nil, nil, nil])
            #expect(outcomes.map { $0.applied?.isReplay } == [false, false, false, true, nil, false, nil, nil, nil])
            #expect(outcomes.suffix(3) == [.grantUsed, .operatorNotAllowed, .valueNotAllowed])
            #expect(outcomes[4] == .idempotencyKeyReused)
            let entries = try await board.audit()
            #expect(entries.map(\.user) == ["a", "b", "a", "c"])
            #expect(try await board.verify().isSound)
        }
    }

    @Test(
        "that were sent when the connection broke: those with a key go again, the others are unknown",
        arguments: [false, true]
    )
    func lost(isBroken: Bool) async throws {
        let received = NIOLockedValueBox<[String]>([])
        let server = try await ScriptedServer { connection, bytes in
            received.withLockedValue { $0.append(bytes) }
            guard connection > 2 || !isBroken || !bytes.contains("leaderboard_write") else { return [.hangUp] }
            // A look at the role may come between groups; and those that go again may make more than one.
            let role = (bytes.contains("INFO") ? "+no cluster\r\n" : "") + Self.role
            let replies = bytes.split(separator: "ROLE", omittingEmptySubsequences: false).map(Self.applied)
            return [.send(replies.joined(separator: role))]
        }
        try await withBoard(url: "redis://127.0.0.1:\(server.port)") { board in
            let updates = (0..<6).map { number in
                Self.update("u\(number)", .incr, 1, key: number.isMultiple(of: 2) ? "k\(number)" : nil)
            }
            let results = try await withThrowingTaskGroup(of: (Int, String).self) { tasks in
                // They meet in one tick: the loop has no time for them before.
                let release = NIOLockedValueBox(0)
                board.loop.execute { while release.withLockedValue({ $0 }) < updates.count {} }
                for (index, call) in updates.enumerated() {
                    tasks.addTask {
                        release.withLockedValue { $0 += 1 }
                        do {
                            let reply = try await board.store.functions.send(
                                call,
                                by: board.store.board.writeHead,
                                on: board.loop
                            )
                            return (index, reply.array?.first?.text ?? "none")
                        } catch {
                            return (index, "\(error)")
                        }
                    }
                }
                return try await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let unknown = "outcome unknown: the connection was lost before the reply"
            #expect(
                (0..<6).map { results[$0] } == (0..<6).map { !isBroken || $0.isMultiple(of: 2) ? "applied" : unknown }
            )
            // What may have counted and has no key was not sent again; a connection that is broken may end before all of it was read.
            let bytes = received.withLockedValue { $0.joined() }
            for number in [1, 3, 5] { #expect(bytes.split(separator: ":limit:u\(number)\r\n").count <= 2) }
        }
        try await server.stop()
    }

    /// What is answered to the groups among these commands.
    private static func applied(_ commands: Substring) -> String {
        commands.split(separator: "leaderboard_write", omittingEmptySubsequences: false).dropFirst().map { call in
            let count = call.split(separator: "192.0.2.1", omittingEmptySubsequences: false).count - 1
            let outcomes = (0..<count).map { "*6\r\n$7\r\napplied\r\n:1\r\n:\($0 + 1)\r\n:1\r\n:0\r\n:0\r\n" }
            return "*\(count)\r\n" + outcomes.joined()
        }.joined()
    }

    private static let role = "*3\r\n$6\r\nmaster\r\n:0\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n$1\r\n1\r\n$1\r\n0\r\n"

    static func update(
        _ user: String,
        _ operation: BoardDefinition.Operator,
        _ value: Int,
        withRank: Bool = false,
        key: String? = nil,
        grant: String? = nil,
        isTraced: Bool = false,
        id: String = "request-1"
    ) -> UpdateCall {
        guard let user = try? UserID(user) else { preconditionFailure("a user id") }
        return UpdateCall(
            update: BoardUpdate(user: user, operation, value),
            origin: UpdateOrigin(
                ip: "192.0.2.1",
                requestID: id,
                trace: isTraced ? "4bf92f3577b34da6a3ce929d0e0e4736" : nil
            ),
            idempotencyKey: key.flatMap { try? IdempotencyKey($0) },
            grant: grant.flatMap { ScoreGrant(id: $0, lifetime: .seconds(60)) },
            withRank: withRank
        )
    }
}

extension UpdateOutcome {
    fileprivate var applied: AppliedUpdate? {
        if case .applied(let applied) = self { applied } else { nil }
    }
}

extension TickGroups {
    /// One update, which must count.
    fileprivate func adding(_ user: String, by head: WriteHead, on loop: any EventLoop) -> EventLoopFuture<Void> {
        let outcome = loop.makePromise(of: Void.self)
        let continuation = ReplyContinuation { reply in outcome.completeWith(reply.map { _ in }.mapError { $0 }) }
        add(TickGroupsTests.update(user, .incr, 1), by: head, continuation)
        return outcome.futureResult
    }
}

extension EventLoop {
    /// Behind what the tasks so far have put off to the end of the tick.
    fileprivate func afterThisTick(_ body: @escaping @Sendable () -> Void) {
        execute { self.execute(body) }
    }
}

extension TestBoard {
    fileprivate func tick(_ updates: [UpdateCall]) async throws -> [UpdateOutcome] {
        try await tick(updates.map { ($0, store.board) })
    }

    /// All of them come in one tick of the loop.
    fileprivate func tick(_ updates: [(call: UpdateCall, board: StoredBoard)]) async throws -> [UpdateOutcome] {
        let (redis, loop) = (redis, loop)
        let replies = try await loop.flatSubmit {
            let groups = TickGroups(redis: redis, eventLoop: loop)
            let promises = updates.map { _ in loop.makePromise(of: RESPValue.self) }
            for (update, promise) in zip(updates, promises) {
                groups.add(
                    update.call,
                    by: update.board.writeHead,
                    ReplyContinuation { promise.completeWith($0.mapError { $0 }) }
                )
            }
            return EventLoopFuture.whenAllSucceed(promises.map(\.futureResult), on: loop)
        }.get()
        return zip(replies, updates).map {
            UpdateOutcome(reply: $0, rateLimit: $1.board.definition.rateLimit) ?? .noBoard
        }
    }

    /// Since the last CONFIG RESETSTAT.
    fileprivate func functionCalls() async throws -> Int {
        let lines = try await command("INFO", "commandstats").text?.split(whereSeparator: \.isNewline) ?? []
        let line = lines.first { $0.hasPrefix("cmdstat_fcall:calls=") }
        return line.flatMap { Int($0.dropFirst("cmdstat_fcall:calls=".count).prefix { $0.isNumber }) } ?? 0
    }
}
