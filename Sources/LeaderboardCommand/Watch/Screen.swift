import Text
import Synchronization
import SystemPackage

/// What `leaderboard watch` shows. Its lock is its owner: messages come from an event loop, states from the command's task.
final class Screen: Sendable {
    enum State: Equatable {
        case connecting
        case live
        case away(String)

        var text: String {
            switch self {
            case .connecting: "connecting"
            case .live: "live"
            case .away(let why): "reconnecting: \(why)"
            }
        }
    }

    private struct Shown {
        var standings: [LiveMessage.Standing] = []
        var ranks: [String: Int] = [:]
        var state = State.connecting
    }

    private let isTerminal: Bool
    private let size: @Sendable () -> TerminalSize
    private let shown = Mutex(Shown())
    private let write: @Sendable (String) -> Void

    /// - Parameter size: of the terminal, which is asked each time that it is drawn.
    init(
        isTerminal: Bool,
        size: @escaping @Sendable () -> TerminalSize = { .usual },
        write: @escaping @Sendable (String) -> Void = writeToStandardOutput
    ) {
        self.isTerminal = isTerminal
        self.size = size
        self.write = write
    }

    var state: State {
        get { shown.withLock(\.state) }
        set {
            shown.withLock { shown in
                guard shown.state != newValue else { return }
                shown.state = newValue
                write(isTerminal ? frame(shown, marks: [:]) : "# \(newValue.text)\n")
            }
        }
    }

    /// A line of its own, where lines are written: on a terminal the new standings say it.
    func note(_ text: String) {
        guard !isTerminal else { return }
        shown.withLock { _ in write("# \(text.printable)\n") }
    }

    func show(_ standings: [LiveMessage.Standing]) {
        shown.withLock { shown in
            let marks = Self.marks(from: shown.ranks, to: standings)
            shown.standings = standings
            // Two names of the board may be one to Swift: an accented letter spelt in two ways.
            shown.ranks = Dictionary(standings.enumerated().map { ($1.user, $0 + 1) }) { first, _ in first }
            write(isTerminal ? frame(shown, marks: marks) : line(standings))
        }
    }

    /// ▲ and ▼ for who moved, `+` for who is new.
    static func marks(from ranks: [String: Int], to standings: [LiveMessage.Standing]) -> [String: String] {
        guard !ranks.isEmpty else { return [:] }
        var marks: [String: String] = [:]
        for (index, standing) in standings.enumerated() {
            switch ranks[standing.user] {
            case nil: marks[standing.user] = "+"
            case .some(let before) where before > index + 1: marks[standing.user] = "▲"
            case .some(let before) where before < index + 1: marks[standing.user] = "▼"
            default: break
            }
        }
        return marks
    }

    /// Of ranks and marks, of names, and of scores with the gap before them.
    private static let (rankWidth, nameWidth, scoreWidth) = (5, 32, 17)

    /// The whole screen, drawn over what was there: cursor home, each line cleared to its end, the rest cleared. Names give way where the
    /// terminal is narrow, and no line is wider than it, for a line that breaks would push the first ones out.
    private func frame(_ shown: Shown, marks: [String: String]) -> String {
        let size = size()
        let scores = shown.standings.map { "\($0.score)" }
        let longest = scores.reduce(0) { max($0, $1.count) }
        let isWide = size.columns >= Self.rankWidth + Self.nameWidth + Self.scoreWidth
        let scoreWidth = isWide ? Self.scoreWidth : longest + 1
        let nameWidth = max(1, min(Self.nameWidth, size.columns - Self.rankWidth - scoreWidth))
        var lines = ["Leaderboard · \(shown.state.text)", ""]
        for (index, (standing, score)) in zip(shown.standings, scores).enumerated() {
            let rank = String(repeating: " ", count: index < 9 ? 1 : 0) + "\(index + 1)"
            let name = standing.user.printable.padded(to: nameWidth)
            let gap = String(repeating: " ", count: max(1, scoreWidth - score.count))
            lines.append("\(rank) \(marks[standing.user] ?? " ") \(name)\(gap)\(score)")
        }
        // The line that the cursor is left in is one, too.
        let fitting = lines.prefix(max(1, size.rows - 1)).map { $0.cut(to: max(1, size.columns)) }
        return "\u{1B}[H" + fitting.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }

    private func line(_ standings: [LiveMessage.Standing]) -> String {
        standings.map { "\($0.user.printable)=\($0.score)" }.joined(separator: " ") + "\n"
    }
}

/// At once, also into a pipe or a file, where `print` would hold it back for a long while.
@Sendable
func writeToStandardOutput(_ text: String) {
    _ = try? FileDescriptor.standardOutput.writeAll(text.utf8)
}

extension String {
    /// Cut or filled to a width; ids are ASCII, so a character is a column.
    fileprivate func padded(to width: Int) -> String {
        let cut = cut(to: width)
        return cut + String(repeating: " ", count: width - cut.count)
    }

    /// What is cut says so: half a score would be another one.
    fileprivate func cut(to width: Int) -> String {
        count > width ? String(prefix(width - 1)) + "…" : self
    }
}
