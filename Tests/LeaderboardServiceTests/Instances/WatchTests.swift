import NIOCore
import NIOPosix
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
    func rubbish(message: String) async throws {
        let live = ScriptedLive(.webSocket, [], then: ScriptedLive.Part(messages: [message]))
        try await live.run { port in
            let connection = try await LiveClient.connect(to: url(port), path: path, on: loop) { message in
                _ = try Watch.standings(message)
            }
            await #expect(throws: Watch.NoMessage.self) { try await connection.end.get() }
        }
    }

    @Test("passes over a kind of message that brings no standings, which would show an empty board")
    func unknown() throws {
        for type in ["changes", "hello"] {
            let message = #"{"type":"\#(type)","cursor":"1:5","from":5,"changes":[]}"#
            #expect(try Watch.standings(ByteBuffer(string: message)) == nil)
        }
        let board = #"{"type":"snapshot","cursor":"1:5","scoreboard":[{"user_id":"ada","score":1}]}"#
        #expect(try Watch.standings(ByteBuffer(string: board))?.map(\.user) == ["ada"])
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
