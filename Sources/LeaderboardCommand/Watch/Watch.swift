import ArgumentParser
import Leaderboard
import LeaderboardClient
import NIOCore
import Seasons
import Text

import Glibc

/// `leaderboard watch [--board NAME] [--window NAME] [--json]`: the live top 10 in a terminal, or for another program.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the live top 10 of a board, or of a window of it, of a running service.",
        discussion:
            "At the end of a season it goes on with the next one. In a terminal it is drawn in place; otherwise each new standing is one plain line, and with --json each message of the service is one line of JSON. Ends with Ctrl-C, and with exit code 1 "
            + "when there is no such board (any more), or none that everybody may see, or what answers is another program."
    )

    @OptionGroup var service: ServiceOption
    @OptionGroup var board: BoardOption

    @Option(
        help: ArgumentHelp(
            "A window of the board that begins anew. (default: the one that never ends)",
            valueName: "name"
        ),
        transform: Self.window
    )
    var window: WindowName?

    @Flag(
        help:
            "Print each message of the service as a line of JSON; what becomes of the connection is told on standard error."
    )
    var json = false

    private static func window(_ text: String) throws -> WindowName {
        guard let name = WindowName(text) else {
            throw ValidationError(
                "must be 1 to \(WindowName.maximumLength) of a-z 0-9 _ - . that begin with a letter or a digit"
            )
        }
        return name
    }

    func run() async throws {
        let url = try service.url()
        try await Self.leaveStranger(at: url)
        let screen =
            json
            ? Screen(isTerminal: false, write: writeToStandardError)
            : Screen(isTerminal: isatty(STDOUT_FILENO) == 1, size: Terminal.size)
        let reader = Task { await Self.endWithReader() }
        defer { reader.cancel() }
        try await url.withClient { http in
            let leaderboard = try LeaderboardClient.Leaderboard(url.defaultValueDescription, http: http)
            let options = LiveOptions(onState: { state in
                if let state = Self.shown(state, at: url) { screen.state = state }
            })
            // It sends the whole standing each time, so nothing has to be kept.
            let query = [("view", "top"), ("window", window?.rawValue)]
            let stream = LiveStream(leaderboard, path: path, query: query, options: options)
            if let error = await stream.run(WatchReader(screen: screen, isJSON: json)) {
                throw CommandFailure(words(of: error, at: url))
            }
        }
    }

    private static func shown(_ state: LiveState, at url: ServiceURL) -> Screen.State? {
        switch state {
        case .connecting: .connecting
        case .live: .live
        case .waiting(_, let error):
            .away(
                "\(url.place): \(error.cause.map(inWords) ?? (error.status > 0 ? "\(error)".printable : "the connection ended"))"
            )
        case .ended: nil
        }
    }

    /// A service that is down is waited for, and so is one whose load balancer has no instance; another program is not.
    private static func leaveStranger(at url: ServiceURL) async throws {
        do { try await url.recognise() } catch let stranger as Stranger {
            guard stranger.isGateway else { throw CommandFailure(stranger.words(at: url)) }
        } catch {}
    }

    /// Why it is of no use to come back.
    private func words(of error: LeaderboardError, at url: ServiceURL) -> String {
        switch error.status {
        case 400: "the board \(board.board) at \(url.place) has no window \(window ?? .all)"
        case 404: "there is no board \(board.board) at \(url.place)"
        case 401, 403: "the board \(board.board) at \(url.place) is private, and watch sends no token"
        default: "\(url.place): \(error)".printable
        }
    }

    /// Ends the command when nobody reads its output any more (`watch | head`): a quiet board would not write, and so not notice.
    private static func endWithReader() async {
        while (try? await Task.sleep(for: .milliseconds(500))) != nil {
            var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            // SAFETY: the call fills the local variable that it is given, and does not wait.
            let count = unsafe poll(&output, 1, 0)
            if count == 1, output.revents & Int16(truncatingIfNeeded: POLLERR | POLLNVAL) != 0 { _exit(0) }
        }
    }

    private var path: String {
        if window != nil { return "/boards/\(board.board)" }
        return board.board == .main ? "/scoreboard" : board.path
    }
}

/// What becomes of each message.
struct WatchReader: LiveReader {
    let screen: Screen
    let isJSON: Bool

    /// Rubbish ends the connection: the next one begins with the whole board.
    func take(_ message: [UInt8]) async -> Bool {
        do throws(NoMessage) {
            if isJSON {
                writeToStandardOutput(try Self.line(message))
            } else {
                if let season = Self.endedSeason(message) { screen.note("the season \(season) has ended") }
                if let standings = try Self.standings(message) { screen.show(standings) }
            }
            return true
        } catch { return false }
    }

    /// The message in one line, and nothing that is no JSON.
    static func line(_ bytes: [UInt8]) throws(NoMessage) -> String {
        guard let value = try? JSONValue(json: bytes, maximumBytes: bytes.count), value.object != nil else {
            throw NoMessage()
        }
        var line = ByteBuffer()
        line.writeJSON(value)
        line.writeStaticString("\n")
        return String(buffer: line)
    }

    /// The season that has just ended, of a message that says so.
    static func endedSeason(_ bytes: [UInt8]) -> String? {
        guard let message = try? LiveMessage(json: bytes), message.type == "season" else {
            return nil
        }
        return message.season
    }

    /// What is shown of a message; nil for a kind that brings no standings.
    static func standings(_ bytes: [UInt8]) throws(NoMessage) -> [LiveMessage.Standing]? {
        guard let message = try? LiveMessage(json: bytes) else { throw NoMessage() }
        guard ["snapshot", "scoreboard"].contains(message.type) else { return nil }
        guard let standings = message.scoreboard else { throw NoMessage() }
        return standings
    }

    struct NoMessage: Error {}
}
