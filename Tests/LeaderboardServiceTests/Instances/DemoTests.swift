import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The demo", .timeLimit(.minutes(5)))
struct DemoTests {
    private struct Row: Decodable, Equatable {
        let user_id: String
        let score: Int
    }

    private func standings(_ service: ServiceProcess) async throws -> [Row] {
        let board = try await TestConnection(port: service.port).request("GET", "/api/v1/scoreboard")
        return try JSONDecoder().decode([Row].self, from: Data(board.body.utf8))
    }

    @Test("fills the board and changes its order, politely, and ends with the service")
    func fillsTheBoard() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url], "--demo")
        var orders: Set<[String]> = []
        try await until("a newcomer sees no movement") {
            let rows = try await standings(service)
            if rows.count == 10 { orders.insert(rows.map(\.user_id)) }
            return orders.count >= 3
        }
        let updates = try #require(Int(await redis.command("GET", "lb:{main}:seq")))
        #expect(updates < 60 * 10)
        service.signal(SIGTERM)
        try await until { !service.isRunning }
        #expect(try !service.log.contains("the demo has ended"))
    }

    @Test(
        "with a welcome says what to do next below the lines of the start, once it is ready, and where the command is"
    )
    func welcome() async throws {
        let redis = try await PrivateRedisServer()
        let settings = ["REDIS_URL": redis.url, "LOG_FORMAT": "text", "AUDIT_LOG": "refusals"]
        let service = try await ServiceProcess.serve(settings, "--welcome", "--demo")
        try await until { try service.log.contains("Stop with Ctrl-C.") }
        let log = try service.log
        let start = try #require(log.range(of: "standings taken from the store"))
        let welcome = try #require(log.range(of: "The leaderboard is running."))
        #expect(start.lowerBound < welcome.lowerBound, "\(log)")
        #expect(log.contains("\(ServiceProcess.program) watch"), "\(log)")
        // No line of an update pushes it away.
        try await until { try await Int(redis.command("GET", "lb:{main}:seq")).map { $0 > 3 } == true }
        #expect(try service.log.hasSuffix("Stop with Ctrl-C. The data stays.\n"), "\(log)")
    }

    /// Sends each form as it is filled in, those that change something after those that read, an operator's after all others. Of what is
    /// live, the first messages are awaited.
    private static let sendsAll = #"""
        (async (tokens) => {
          const wait = async (holds) => {
            for (let tries = 0; !holds(); tries += 1) {
              if (tries > 600) return;
              await new Promise((resume) => setTimeout(resume, 10));
            }
          };
          const parts = [...document.querySelectorAll('article')].filter((part) => part.querySelector('.try'));
          for (const part of parts) for (const one of [part.firstElementChild, part.querySelector('.try')]) one.open = true;
          await wait(() => parts.every((part) => part.querySelector('.try form')));
          const others = (part) => [...part.querySelectorAll('.try label')].find((label) => label.textContent.startsWith('Authorization'));
          const scope = (part) => (others(part).hidden ? null : /--scope (\S+)/.exec(others(part).querySelector('input').placeholder)[1]);
          const turns = { GET: 0, PUT: 1, POST: 1, DELETE: 2 };
          const order = (part) => 10 * (scope(part) !== null) + turns[part.querySelector('.method').textContent];
          const [faults, unfilled, sent] = [[], [], []];
          for (const part of parts.sort((a, b) => order(a) - order(b))) {
            const form = part.querySelector('.try form');
            if (scope(part)) others(part).querySelector('input').value = tokens[scope(part)];
            if (!form.checkValidity()) { unfilled.push(part.id); continue; }
            const text = () => part.querySelector('.try pre').textContent;
            form.requestSubmit();
            await wait(() => !/^(Sent…)?$/.test(part.querySelector('.outcome').textContent));
            if (/^watch/.test(part.id)) await wait(() => text().split('"snapshot"').length + text().split('"scoreboard"').length > 2);
            if (part.id === 'watchManyByWebSocket') await wait(() => ['"sub":"a","type"', '"sub":"b","type"'].every((one) => text().includes(one)));
            const outcome = part.querySelector('.outcome').textContent;
            const isWell = /^(2\d\d|101)/.test(outcome) && !/"(error|code)"/.test(/^watch|^updateBoards$/.test(part.id) ? text() : '');
            if (!isWell) faults.push(`${part.id}: ${outcome} ${text().slice(0, 300)}`);
            sent.push(part.id);
            const stop = [...form.querySelectorAll('button')].find((button) => button.textContent === 'Stop');
            if (!stop.hidden) stop.click();
          }
          return JSON.stringify({ faults, unfilled: unfilled.sort(), sent: sent.length });
        })
        """#

    private struct Sent: Decodable {
        let faults: [String]
        let unfilled: [String]
        let sent: Int
    }

    @Test("all that /docs has filled in succeeds on a fresh one")
    func filledIn() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url], "--demo")
        try await until {
            let path = "/api/v1/scoreboards?boards=cup,sprint"
            let boards = try await TestConnection(port: service.port).request("GET", path)
            return boards.status == 200 && boards.body.contains("12345")
        }
        let signer = try TokenSigner(testSettings())
        let tokens = try ["leaderboard:admin", "leaderboard:report"].map {
            "'\($0)': '\(try signer.token(user: "ops", lifetime: .seconds(600), scope: $0))'"
        }
        try await withBrowser { page in
            try await page.open("http://127.0.0.1:\(service.port)/docs")
            try await page.wait(for: "document.querySelectorAll('.try').length > 50")
            let answer = try await page.evaluate("\(Self.sendsAll)({ \(tokens.joined(separator: ", ")) })")
            let sent = try JSONDecoder().decode(Sent.self, from: Data(answer.utf8))
            #expect(sent.faults == [])
            // An update that is held has an id that nobody can know before, and files a version.
            #expect(sent.unfilled == ["getAsset", "previewReject", "previewRelease", "rejectHeld", "releaseHeld"])
            #expect(sent.sent > 50)
        }
    }

    @Test("rests the players whose token bucket is empty")
    func respectsTheLimit() async throws {
        let redis = try await PrivateRedisServer()
        let limits = ["RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "3600"]
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url].merging(limits) { $1 }, "--demo")
        // Each of the 30 may score once, as 12345 does, and is refused at most once: then it waits for an hour.
        try await until { try await redis.command("GET", "lb:{main}:seq") == "31" }
        let refusals = try service.log.split(separator: "\n").filter { $0.contains(#""code":"rate_limited""#) }
        #expect(refusals.count { !$0.contains("sprint") && !$0.contains("cup") } <= 30)
        #expect(service.isRunning)
    }

    @Test("tells why it ends where it is refused, and the service goes on")
    func refused() async throws {
        let redis = try await PrivateRedisServer()
        for user in ["ada", "alan"] { try await redis.command("SADD", "lb:{main}:suspended", user) }
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url])
        let game = try await ServiceProcess.run(
            ["demo", "--players", "2", "--rate", "100", "--url", "http://127.0.0.1:\(service.port)"],
            ["JWT_SECRET": testSecret]
        )
        #expect(game.code != 0)
        #expect(game.output.contains("user_suspended"))
        #expect(service.isRunning)
    }
}
