import ArgumentParser
import Leaderboard
import NIOCore
import NIOPosix
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
        var backoff = Backoff()
        while !Task.isCancelled {
            screen.state = .connecting
            let began = ContinuousClock.now
            do {
                try await follow(url, screen)
                screen.state = .away("the connection ended")
            } catch let failure as LiveClient.Failure where failure.isFinal {
                throw CommandFailure(words(of: failure, at: url))
            } catch {
                screen.state = .away("\(url.place): \(inWords(error))")
            }
            try await Task.sleep(for: backoff.pause(afterLasting: .now - began))
        }
    }

    /// A service that is down is waited for, and so is one whose load balancer has no instance; another program is not.
    private static func leaveStranger(at url: ServiceURL) async throws {
        do { try await url.recognise() } catch let stranger as Stranger {
            guard stranger.isGateway else { throw CommandFailure(stranger.words(at: url)) }
        } catch {}
    }

    /// Why it is of no use to come back.
    private func words(of failure: LiveClient.Failure, at url: ServiceURL) -> String {
        switch failure {
        case .refused(status: 400): "the board \(board.board) at \(url.place) has no window \(window ?? .all)"
        case .refused(status: 404): "there is no board \(board.board) at \(url.place)"
        case .refused(status: 401), .refused(status: 403):
            "the board \(board.board) at \(url.place) is private, and watch sends no token"
        default: "\(url.place): \(failure)"
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
        if let window { return "/api/v1/boards/\(board.board)/live?view=top&window=\(window)" }
        return "/api/v1\(board.board == .main ? "/scoreboard" : board.path)/live?view=top"
    }

    /// Until the connection ends. The view `top` sends the whole standing each time, so nothing has to be kept.
    private func follow(_ url: ServiceURL, _ screen: Screen) async throws {
        let connection = try await LiveClient.connect(
            to: url,
            path: path,
            on: MultiThreadedEventLoopGroup.singleton.next()
        ) { message in
            if json { return writeToStandardOutput(try Self.line(message)) }
            if let season = Self.endedSeason(message) { screen.note("the season \(season) has ended") }
            if let standings = try Self.standings(message) { screen.show(standings) }
        }
        screen.state = .live
        try await withTaskCancellationHandler {
            try await connection.end.get()
        } onCancel: {
            connection.channel.close(promise: nil)
        }
    }

    /// The message in one line, and nothing that is no JSON.
    static func line(_ message: ByteBuffer) throws(NoMessage) -> String {
        let bytes = Array(message.readableBytesView)
        guard let value = try? JSONValue(json: bytes, maximumBytes: bytes.count), value.object != nil else {
            throw NoMessage()
        }
        var line = ByteBuffer()
        line.writeJSON(value)
        line.writeStaticString("\n")
        return String(buffer: line)
    }

    /// The season that has just ended, of a message that says so.
    static func endedSeason(_ message: ByteBuffer) -> String? {
        guard let message = try? LiveMessage(json: Array(message.readableBytesView)), message.type == "season" else {
            return nil
        }
        return message.season
    }

    /// What is shown of a message; nil for a kind that brings no standings. Rubbish ends the connection: the next one begins
    /// with the whole board.
    static func standings(_ message: ByteBuffer) throws(NoMessage) -> [LiveMessage.Standing]? {
        guard let message = try? LiveMessage(json: Array(message.readableBytesView)) else { throw NoMessage() }
        guard ["snapshot", "scoreboard"].contains(message.type) else { return nil }
        guard let standings = message.scoreboard else { throw NoMessage() }
        return standings
    }

    struct NoMessage: Error, CustomStringConvertible {
        var description: String { "the service sent what is no message" }
    }
}
