import NIOCore
import NIOPosix
import LeaderboardClient
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardCommand

@Suite("leaderboard watch")
struct WatchTests {
    @Test(
        "ends a connection on which rubbish comes, for the next one begins with the whole board",
        arguments: [
            "not JSON", "{}", #"{"type":"snapshot","cursor":"1:5"}"#,
            #"{"type":"scoreboard","cursor":"1:5","scoreboard":[{"user_id":"eve","score":"1"}]}"#,
        ]
    )
    func rubbish(message: String) async {
        let screen = Screen(isTerminal: false, write: { _ in })
        #expect(await !WatchReader(screen: screen, isJSON: false).take(Array(message.utf8)))
    }

    @Test("comes back to a board whose stream breaks off or brings rubbish, and says why it is away")
    func broken() async throws {
        let board = #"{"type":"scoreboard","cursor":"1:5","scoreboard":[{"user_id":"ada","score":1}]}"#
        let script = [ScriptedLive.Part(messages: ["rubbish"]), ScriptedLive.Part(messages: [], hangsUp: true)]
        let live = ScriptedLive(.eventStream, script, then: ScriptedLive.Part(messages: [board]))
        try await live.run { port in
            let lines = Mutex("")
            let screen = Screen(isTerminal: false, write: { line in lines.withLock { $0 += line } })
            let leaderboard = try LeaderboardClient.Leaderboard("http://127.0.0.1:\(port)")
            let options = LiveOptions(onState: { if case .waiting(_, let error) = $0 { screen.note(error.code) } })
            let stream = LiveStream(leaderboard, path: "/scoreboard", query: [("view", "top")], options: options)
            let task = Task { await stream.run(WatchReader(screen: screen, isJSON: false)) }
            try await until("it does not come back") { lines.withLock { $0.contains("ada=1\n") } }
            task.cancel()
            #expect(await task.value == nil)
            #expect(lines.withLock { $0 } == "# network\n# network\nada=1\n")
        }
    }

    @Test("passes over a kind of message that brings no standings, which would show an empty board")
    func unknown() throws {
        let ended = #"{"type":"season","season":"2026-W48","cursor":"1.w.2026-W48:5","scoreboard":[]}"#
        #expect(WatchReader.endedSeason(Array(ended.utf8)) == "2026-W48")
        #expect(try WatchReader.standings(Array(ended.utf8)) == nil)
        for type in ["changes", "hello"] {
            let message = #"{"type":"\#(type)","cursor":"1:5","from":5,"changes":[]}"#
            #expect(try WatchReader.standings(Array(message.utf8)) == nil)
        }
        let board = #"{"type":"snapshot","cursor":"1:5","scoreboard":[{"user_id":"ada","score":1}]}"#
        #expect(try WatchReader.standings(Array(board.utf8))?.map(\.user) == ["ada"])
    }

    @Test("leaves a connection that has died without a word")
    func silence() async throws {
        try await ScriptedLive(.webSocket, [], then: ScriptedLive.Part(messages: [])).run { port in
            let connection = try await LiveClient.connect(
                to: url(port),
                path: path,
                on: loop,
                silence: .milliseconds(50),
                onMessage: { _ in }
            )
            await #expect(throws: LiveClient.Failure.self) { try await connection.end.get() }
        }
    }

    @Test(
        "ends with exit code 1, and says why, where it would be refused again and again",
        arguments: [
            (["--board", "nope"], "there is no board nope"), (["--board", "secret"], "the board secret"),
            (["--window", "weekly"], "the board main at"),
        ]
    )
    func refused(arguments: [String], words: String) async throws {
        try await withService { service, _ in
            try await service.define("secret", #"{"visibility":"private"}"#)
            let url = "http://127.0.0.1:\(service.port)"
            let (output, code) = try await ServiceProcess.run(["watch", "--url", url] + arguments)
            #expect(code == 1)
            #expect(output.contains("Error: \(words)"), "\(output)")
        }
    }

    @Test("ends likewise when the board is deleted that it shows")
    func deleted() async throws {
        try await withService { service, _ in
            try await service.define("cup")
            async let ended = ServiceProcess.run(
                ["watch", "--url", "http://127.0.0.1:\(service.port)", "--board", "cup"]
            )
            let reader = try await service.connect()
            try await until("nobody watches") {
                try await reader.request("GET", "/api/v1/boards/cup/stats").body.contains(#""viewers":1"#)
            }
            #expect(try await service.operate("DELETE", "/boards/cup?data=delete").status == 200)
            let (output, code) = try await ended
            #expect(code == 1)
            // (It is counted before its first message comes.)
            #expect(output.contains("Error: there is no board cup"), "\(output)")
        }
    }

    @Test(
        "comes back after what may pass, and not after what will not",
        arguments: [
            (0, false), (400, true), (401, true), (403, true), (404, true), (408, false), (426, true),
            (429, false), (503, false),
        ]
    )
    func final(status: Int, isFinal: Bool) {
        #expect(LeaderboardError(code: "", message: "", status: status).isTemporary == !isFinal)
    }

    @Test("waits twice as long each time, and starts over only after a connection that lasted")
    func backOff() {
        var backoff = Backoff()
        let pauses = [0, 0, 9, 0, 0, 0, 0, 10, 0].map { seconds in
            backoff.pause(afterLasting: .seconds(seconds), spread: 1) / .milliseconds(250)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 40, 1, 2])
    }

    private let path = "/api/v1/scoreboard/live?view=top"
    private var loop: any EventLoop { MultiThreadedEventLoopGroup.singleton.next() }

    private func url(_ port: Int) throws -> ServiceURL {
        try #require(ServiceURL(argument: "http://127.0.0.1:\(port)"))
    }
}
