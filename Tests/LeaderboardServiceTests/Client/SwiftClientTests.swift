import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardClient
@testable import LeaderboardService

@Suite("The Swift client", .timeLimit(.minutes(3)))
struct SwiftClientTests {
    private typealias Client = LeaderboardClient.Leaderboard

    private static func client(_ port: Int, _ token: String? = nil, retries: Int = 4) throws -> Client {
        try Client("http://127.0.0.1:\(port)", token: token, timeout: .seconds(5), retries: retries)
    }

    @Test("reads boards and users, and sends updates of one board and of several, each once")
    func requests() async throws {
        try await withService(["BOARDS_BY_TEMPLATE": "100"]) { service, _ in
            try await service.define(
                "one",
                #"{"ties":"shared","operators":["incr","decr","set","best"],"windows":[{"name":"all"},{"name":"weekly","reset":"weekly"}]}"#
            )
            try await service.define("two")
            let client = try Self.client(service.port, service.token("ada+x@y"))
            let board = client.board("one")
            let first = try await board.update(Update(of: "ada+x@y", .increase(50)), key: "once")
            #expect(first.score == 50 && first.rank == 1 && !first.replayed)
            let again = try await board.update(Update(of: "ada+x@y", .increase(50)), key: "once")
            #expect(again.score == 50 && again.replayed)
            for (change, score) in [(ScoreChange.decrease(10), 40), (.set(7), 7), (.best(5), 7), (.score(3), 10)] {
                let answer = try await board.update(Update(of: "ada+x@y", change == .score(3) ? .increase(3) : change))
                #expect(answer.score == score, "\(change)")
            }
            var update = Update(of: "ada+x@y", .increase(0))
            update.metadata = Metadata(["name": .string("Ada"), "level": .number(3)])
            _ = try await board.update(update)
            let row = try #require(try await board.standings(StandingsQuery(limit: 5, includesMetadata: true)).first)
            #expect(row.user == "ada+x@y" && row.score == 10 && row.rank == 1 && row.metadata?.name == "Ada")
            #expect(row.metadata?.members["level"] == .number(3))
            #expect(try await board.standings(StandingsQuery(users: ["ada+x@y", "nobody"])).map(\.score) == [10, nil])
            #expect(try await board.user("ada+x@y")?.percentile == 50)
            #expect(try await board.user("nobody") == nil)
            let several = try await client.updates(
                of: "ada+x@y",
                [BoardChange("two", .increase(4)), BoardChange("none", .increase(1))]
            )
            #expect(several.status == "partial" && several.results.map(\.httpStatus) == [200, 404])
            #expect(several.results.first?.score == 4 && several.results.last?.code == "board_not_found")
            #expect(try await client.standings(of: "ada+x@y", on: ["one", "two"]).map(\.score) == [10, 4])
            #expect(try await client.scoreboards(["one", "two"], limit: 1).map(\.total) == [1, 1])
            #expect(try await client.boards(limit: 1).next != nil)
            #expect(try await board.definition().ties == .shared)
            #expect(try await board.stats(window: "weekly").users == 1)
            #expect(try await board.seasons(window: "weekly").first?.users == 1)
        }
    }

    @Test("tells an update that waits for review")
    func held() async throws {
        let body = #"{"message":"The update waits for review","status":"success","held":true,"held_id":"5-0"}"#
        let server = try await ReceivingServer([.status(202, body: body)])
        let answer = try await Client(server.url, token: "t").board().update(Update(of: "ada", .increase(5)))
        #expect(answer.heldID == "5-0" && answer.user == "ada" && answer.score == nil && answer.seq == nil)
        #expect(server.received.count == 1)
    }

    @Test("says exactly what went wrong")
    func errors() async throws {
        try await withService(["RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "3600"]) { service, _ in
            func error(_ client: Client, _ body: (Board) async throws -> Void) async -> LeaderboardError? {
                do {
                    try await body(client.board("none"))
                    return nil
                } catch { return error as? LeaderboardError }
            }
            let (open, ada) = (try Self.client(service.port), try Self.client(service.port, service.token("ada")))
            let missing = await error(open) { _ = try await $0.standings() }
            #expect(missing?.kind == .notFound && missing?.code == "board_not_found" && missing?.requestID != nil)
            #expect(
                await error(open) { _ = try await $0.leaderboard.board().standings(StandingsQuery(limit: 0)) }?.code
                    == "invalid_query"
            )
            let forbidden = await error(ada) {
                _ = try await $0.leaderboard.board().update(Update(of: "bob", .increase(1)))
            }
            #expect(
                forbidden?.kind == .authentication && forbidden?.code == "not_your_score" && forbidden?.status == 403
            )
            _ = try await ada.board().update(Update(of: "ada", .increase(1)))
            let limited = await error(ada) {
                _ = try await $0.leaderboard.board().update(Update(of: "ada", .increase(1)))
            }
            #expect(limited?.kind == .rateLimited && (limited?.retryAfter ?? .zero) > .seconds(30))
            // A token that is refused is renewed, once.
            let asked = Mutex([Bool]())
            let token = try service.token("eve")
            let renewed = try Client("http://127.0.0.1:\(service.port)") { refresh in
                asked.withLock { $0.append(refresh) }
                return refresh ? token : "wrong"
            }
            #expect(try await renewed.board().update(Update(of: "eve", .increase(1))).score == 1)
            #expect(asked.withLock { $0 } == [false, true])
            let refused = try Client("http://127.0.0.1:\(service.port)") { _ in "wrong" }
            #expect(
                await error(refused) { _ = try await $0.leaderboard.board().update(Update(of: "eve", .increase(1))) }?
                    .code == "invalid_token"
            )
            let nobody = try Self.client(1, retries: 0)
            let network = await error(nobody) { _ = try await $0.stats() }
            #expect(
                network?.kind == .unavailable && network?.code == "network" && network?.status == 0
                    && network?.cause != nil
            )
        }
    }

    @Test("tries again with the same key what did not get through, and nothing else")
    func retries() async throws {
        let good = #"{"status":"success","message":"m","user_id":"ada","score":5,"rank":1,"seq":1}"#
        let busy = #"{"status":"error","code":"store_unavailable","message":"Later."}"#
        let server = try await ReceivingServer([
            .status(503, ["Retry-After": "0"], body: busy), .hangs, .status(200, body: "rubbish"),
            .status(200, ["Idempotency-Replayed": "true"], body: good),
        ])
        let client = try Client(server.url, token: "t", timeout: .milliseconds(300))
        let answer = try await client.board().update(Update(of: "ada", .increase(5)))
        #expect(answer.score == 5 && answer.replayed)
        let keys = server.received.compactMap { $0.headers.first(name: "Idempotency-Key") }
        #expect(keys.count == 4 && Set(keys).count == 1)
        #expect(server.received.allSatisfy { $0.headers.first(name: "Prefer") == "return=representation" })
        for (reply, code, tries) in [
            (ReceivingServer.Reply.status(422, body: busy), "store_unavailable", 1),
            (.status(503, ["Retry-After": "31"]), "http_503", 1),
            (.status(301, ["Location": "/"]), "bad_answer", 2), (.status(500, body: "x"), "http_500", 2),
            (.trickling, "timeout", 2), (.endless, "bad_answer", 2),
        ] {
            let server = try await ReceivingServer([reply])
            // Only what trickles is waited for to the end.
            let limit: Duration = code == "timeout" ? .milliseconds(500) : .seconds(60)
            let client = try Client(server.url, timeout: limit, retries: 1)
            let error = await #expect(throws: LeaderboardError.self) { _ = try await client.board().stats() }
            #expect(
                error?.code == code && server.received.count == tries,
                "\(code): \(error as Any) \(server.received.count)"
            )
        }
    }

    /// Standings as they come, the newest.
    private final class Watched: Sendable {
        let newest = Mutex<Standings?>(nil)
        let changes = Mutex([Change]())
        let states = Mutex([String]())
        let ended = Mutex<LeaderboardError?>(nil)

        var rows: [Row] { newest.withLock { $0?.rows ?? [] } }

        var options: LiveOptions {
            var options = LiveOptions(
                onChanges: { some in self.changes.withLock { $0 += some } },
                onState: { state in self.states.withLock { $0.append(String("\(state)".prefix { $0 != "(" })) } }
            )
            options.silence = .seconds(5)
            return options
        }

        func follow(_ live: Live<Standings>) async {
            do { for try await standings in live { newest.withLock { $0 = standings } } } catch {
                ended.withLock { $0 = error as? LeaderboardError }
            }
        }
    }

    private static func watching(_ board: Board, rows: Int = 10, _ body: (Watched) async throws -> Void) async throws {
        let watched = Watched()
        let task = Task { await watched.follow(board.live(rows: rows, watched.options)) }
        do { try await body(watched) } catch {
            task.cancel()
            throw error
        }
        task.cancel()
        await task.value
    }

    @Test("follows a board through cuts, from where it was, and with more rows than a snapshot has")
    func live() async throws {
        try await withService(["LIVE_PING_SECONDS": "2"]) { service, _ in
            try await service.define("cuts", #"{"ties":"shared"}"#)
            let proxy = try await TCPProxy(to: service.port)
            func play(_ user: String, _ points: Int) async throws {
                _ = try await Self.client(service.port, service.token(user)).board("cuts").update(
                    Update(of: user, .increase(points))
                )
            }
            try await Self.watching(Self.client(proxy.port).board("cuts"), rows: 12) { watched in
                try await until("there is no snapshot") { watched.newest.withLock { $0 != nil } }
                for user in ["ada", "bob", "cid"] { try await play(user, 10) }
                try await until { watched.rows.count == 3 && watched.rows.allSatisfy { $0.rank == 1 } }
                for round in 1...2 {
                    proxy.set(.cut)
                    try await play("bob", round)
                    proxy.set(.open)
                    try await until("it does not come back") {
                        watched.rows.first?.score == 10 + round * (round + 1) / 2
                    }
                }
                // Each was told once: nothing was missed, and nothing begun anew.
                #expect(watched.changes.withLock { $0.filter { $0.user == "bob" }.map(\.score) } == [10, 11, 13])
                #expect(watched.states.withLock { $0.prefix(4) } == ["connecting", "live", "waiting", "connecting"])
                for number in 1...20 { try await play("u\(number)", number) }
                let truth = try await Self.client(service.port).board("cuts").standings(StandingsQuery(limit: 12))
                try await until("the rows are others: \(watched.rows)") { watched.rows == truth }
                // It falls silent, and is left.
                proxy.set(.stalled)
                try await until("it does not leave") { watched.states.withLock { $0.last == "waiting" } }
                proxy.set(.open)
                try await play("ada", 100)
                try await until("it does not come back") { watched.rows.first?.user == "ada" }
            }
        }
    }

    @Test("asks for the rows that nobody told it when some have fallen, also after a break")
    func fallen() async throws {
        try await withService { service, redis in
            try await service.define("deep", #"{"operators":["incr","decr"]}"#)
            let rows = (1...30).flatMap { ["\($0)", "u\($0)"] }
            try await redis.command(words: ["ZADD", "lb:{deep}:scores"] + rows)
            let proxy = try await TCPProxy(to: service.port)
            let board = try Self.client(service.port).board("deep")
            try await Self.watching(Self.client(proxy.port).board("deep"), rows: 12) { watched in
                let truth = try await board.standings(StandingsQuery(limit: 12))
                try await until("the rows are others") { watched.rows == truth }
                proxy.set(.cut)
                try await until("it does not leave") { watched.states.withLock { $0.last == "waiting" } }
                proxy.set(.open)
                let mover = try Self.client(service.port, service.token("u30")).board("deep")
                _ = try await mover.update(Update(of: "u30", .decrease(30)))
                let later = try await board.standings(StandingsQuery(limit: 12))
                #expect(later.first?.user == "u29")
                try await until("the rows are others") { watched.rows == later }
            }
        }
    }

    @Test(
        "ends with the service's words where waiting does not help, and shows a private board and the own place to who has a token"
    )
    func ends() async throws {
        try await withService { service, _ in
            try await service.define("secret", #"{"visibility":"private"}"#)
            let (open, ada) = (try Self.client(service.port), try Self.client(service.port, service.token("ada")))
            for (board, code) in [("none", "board_not_found"), ("secret", "missing_token")] {
                let error = await #expect(throws: LeaderboardError.self) {
                    for try await _ in open.board(board).live() {}
                }
                #expect(error?.code == code, "\(board): \(error as Any)")
            }
            let unknown = await #expect(throws: LeaderboardError.self) {
                for try await _ in ada.board("secret").live(rows: 3, LiveOptions(window: "none")) {}
            }
            #expect(unknown?.kind == .invalidRequest)
            _ = try await ada.board("secret").update(Update(of: "ada", .increase(3)))
            for try await standings in ada.board("secret").live() {
                #expect(standings.rows == [Row(user: "ada", score: 3, rank: 1)])
                break
            }
            for try await place in ada.board("secret").ownPlace(neighbours: 1) {
                #expect(place.rank == 1 && place.score == 3 && place.total == 1 && place.neighbours.isEmpty)
                break
            }
            // Who leaves the loop leaves the board.
            try await until("somebody watches") { try await ada.board("secret").stats().viewers == 0 }
        }
    }
}
