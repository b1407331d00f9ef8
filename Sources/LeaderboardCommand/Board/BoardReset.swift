import ArgumentParser
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons
import Text

/// `leaderboard board reset BOARD --window NAME --reason TEXT [--dry-run | --yes]`
struct BoardReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "End the season of a window whose reset is manual, and begin the next one.",
        discussion: """
            It says which season runs and how many are in it, and asks; where nobody can be asked it needs --yes. That season ends, and no \
            other: where somebody else has ended it meanwhile, nothing is changed. It stays readable, with its final ranks.
            """
    )

    @OptionGroup var service: OperatorService

    @Argument(help: "The board's name.", transform: Self.board)
    var board: BoardID

    @Option(help: "Which of its windows.", transform: Self.window)
    var window: WindowName

    @OptionGroup var consent: ReasonedConsent

    func run() async throws {
        let running = try await running()
        print("To be ended: season \(running.id) of \(window) on \(board), in which \(running.users) are.")
        guard try consent.isGiven("End it now? Its ranks are final then.") else { return }
        let answer = try await service.send(.POST, "/boards/\(board)/reset", json: body(ending: running.id)).success()
        let next = try Self.value(answer).object?["next"]?.string ?? "the next one"
        print("Season \(running.id) of \(window) has ended; \(next.printable) runs.")
    }

    private struct Running {
        let id: String
        let users: Int
    }

    private func running() async throws -> Running {
        let query = "?window=\(window)&limit=1"
        let answer = try await service.send(.GET, "/boards/\(board)/seasons\(query)", under: "/api/v1").success()
        guard let season = try Self.value(answer).array?.first?.object, let id = season["season"]?.string,
            Season.isID(id)
        else { throw CommandFailure("no season of \(window) runs on \(board)") }
        guard season["until"] == .null else {
            throw CommandFailure("\(window) ends by itself: only a window whose reset is manual is ended by hand")
        }
        return Running(id: id, users: season["users"]?.integer ?? 0)
    }

    private func body(ending season: String) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"window":"\#(window)","season":"\#(season)","reason":"#)
        body.writeJSON(consent.reason.text)
        body.writeString("}")
        return body
    }

    private static func value(_ body: ByteBuffer) throws -> JSONValue {
        do { return try JSONValue(json: body, maximumBytes: OperatorService.maximumAnswerBytes) } catch {
            throw CommandFailure("the service answered what this edition of the command does not understand")
        }
    }

    private static func board(_ text: String) throws -> BoardID {
        do { return try BoardID(text) } catch { throw ValidationError("\(error)") }
    }

    private static func window(_ text: String) throws -> WindowName {
        guard let window = WindowName(text) else { throw ValidationError("\(text) is no name of a window.") }
        return window
    }
}
