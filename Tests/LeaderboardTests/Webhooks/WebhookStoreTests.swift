import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("What waits for webhooks", .timeLimit(.minutes(2)))
struct WebhookStoreTests {
    private func message(_ id: String, due: Int = 0, maximum: Int = 10, endpoint: Int = 0) -> WebhookMessage {
        WebhookMessage(
            id: id,
            endpoint: endpoint,
            due: due,
            made: 7,
            maximum: maximum,
            body: "{\"a\":\"\r\n \u{1F3C6}\"}"
        )
    }

    @Test(
        "is one instance's at a time; one that is killed between sending and noting leaves one repeat, of the same id"
    )
    func takeover() async throws {
        try await withBoard { board in
            let (loop, functions) = (board.loop, board.store.functions)
            let (one, other) = (WebhookStore(functions), WebhookStore(functions))
            #expect(try await one.lead(for: .seconds(60), on: loop).isHeld)
            #expect(try await !other.lead(for: .seconds(60), on: loop).isHeld)
            await #expect(throws: WebhookStore.LeaseLost.self) { try await other.next(of: "a", on: loop) }
            await #expect(throws: WebhookStore.LeaseLost.self) {
                try await other.add([message("x")], of: "s", upTo: "1", for: ["a"], on: loop)
            }
            _ = try await one.add([message("m")], of: "s", upTo: "1", for: ["a"], on: loop)
            let sent = try #require(try await one.next(of: "a", on: loop))
            #expect(sent.id == "m" && sent.tries == 0 && sent.made == 7 && sent.count == 1)
            #expect(sent.body == message("m").body)
            // Its lease ends while it does not know it.
            try await board.command("DEL", "lb:{@webhooks}:lease")
            #expect(try await other.lead(for: .seconds(60), on: loop).isHeld)
            #expect(try await other.next(of: "a", on: loop) == sent)
            await #expect(throws: WebhookStore.LeaseLost.self) {
                try await one.settle("m", of: "a", again: nil, on: loop)
            }
            #expect(try await other.settle("m", of: "a", again: nil, on: loop) == 0)
            #expect(try await other.next(of: "a", on: loop) == nil)
            // Who gives the lease back leaves it to the next.
            #expect(try await !other.lead(for: .zero, on: loop).isHeld)
            #expect(try await one.lead(for: .seconds(60), on: loop).isHeld)
        }
    }

    @Test("is in the order of the times, stays until it is settled, and has a bound for each endpoint")
    func order() async throws {
        try await withBoard { board in
            let (loop, store) = (board.loop, WebhookStore(board.store.functions))
            _ = try await store.lead(for: .seconds(60), on: loop)
            let several = [
                message("late", due: 20), message("soon", due: 10), message("third", due: 5, maximum: 2),
                message("b", endpoint: 1),
            ]
            let added = try await store.add(several, of: "s", upTo: "1", for: ["a", "b"], on: loop)
            #expect(added == [AddedWebhooks(dropped: 1, waiting: 2), AddedWebhooks(dropped: 0, waiting: 1)])
            // The same again, as after an answer that was lost: the mark tells that it was.
            #expect(
                try await store.add(several, of: "s", upTo: "1", for: ["a", "b"], on: loop).map(\.waiting) == [2, 1]
            )
            #expect(try await store.mark("s", on: loop) == "1")
            #expect(try await store.mark("t", on: loop) == nil)
            #expect(try await store.next(of: "a", on: loop)?.id == "soon")
            #expect(try await store.settle("soon", of: "a", again: 30, on: loop) == 2)
            #expect(try await store.next(of: "a", on: loop)?.id == "late")
            #expect(try await store.settle("late", of: "a", again: nil, on: loop) == 1)
            let again = try await store.next(of: "a", on: loop)
            #expect(again?.tries == 1 && again?.due == 30)
            // What is settled is not sent again by a note that comes late.
            #expect(try await store.settle("late", of: "a", again: 40, on: loop) == 1)
            // An id whose message another writer took away is passed over.
            try await board.command("ZADD", "lb:{@webhooks}:waiting:a", "0", "nothing")
            #expect(try await store.next(of: "a", on: loop)?.id == "soon")
            #expect(try await board.command("PTTL", "lb:{@webhooks}:messages:a").integer ?? 0 > 86_400_000)
            let since = try await store.since(["a", "b"], on: loop)
            #expect(try await store.since(["b", "a", "c"], on: loop).prefix(2) == since.reversed()[...])
        }
    }

    @Test(
        "is refused where an argument is none, and nothing is written",
        arguments: [
            ["lead", "1", "l", "", "1"], ["lead", "1", "l", "t", "-1"], ["lead", "1", "l", "t", "1e3"],
            ["lead", "2", "l", "m", "t", "1"], ["since", "1", "l", "t"], ["add", "2", "l", "m", "t", "", "1"],
            ["add", "3", "l", "m", "w", "t", "s", "1"],
            ["add", "2", "l", "m", "t", "s", "1", "1", "i", "1", "1", "1", "b"],
            ["add", "4", "l", "m", "w", "g", "t", "s", "1", "2", "i", "1", "1", "1", "b"],
            ["add", "4", "l", "m", "w", "g", "t", "s", "1", "0", "i", "1", "1", "1", "b"],
            ["add", "4", "l", "m", "w", "g", "t", "s", "1", "1", "", "1", "1", "1", "b"],
            ["add", "4", "l", "m", "w", "g", "t", "s", "1", "1", "i", "1.5", "1", "1", "b"],
            ["add", "4", "l", "m", "w", "g", "t", "s", "1", "1", "i", "9007199254740992", "1", "1", "b"],
            ["add", "4", "l", "m", "w", "g", "t", "s", "1", "1", "i", "1", "1", "1"],
            ["next", "2", "l", "w", "t"], ["settle", "3", "l", "w", "g", "t", "", ""],
            ["settle", "3", "l", "w", "g", "t", "i", "x"], ["settle", "3", "l", "w", "g", "t", "i"],
        ]
    )
    func refusal(words: [String]) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", "l", "t")
            var call = RedisCommand("FCALL", "leaderboard_webhooks_" + words[0])
            for word in words.dropFirst() { call.append(word) }
            await #expect(throws: RedisError.self) { try await board.redis.send(call, on: board.loop) }
            #expect(try await board.command("DBSIZE").integer == 1)
        }
    }
}
