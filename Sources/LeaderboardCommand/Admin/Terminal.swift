import Glibc

/// In characters.
struct TerminalSize: Equatable {
    var columns: Int
    var rows: Int

    /// Where a terminal does not tell its own.
    static let usual = TerminalSize(columns: 80, rows: 24)
}

/// Who can be asked before something is done that cannot be undone.
enum Terminal {
    /// Whether standard input is a terminal, so that somebody can answer.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 }

    /// Of the one that standard output goes to, as it is now.
    @Sendable
    static func size() -> TerminalSize {
        var found = winsize()
        // SAFETY: the call fills the local variable that it is given.
        let result = unsafe ioctl(STDOUT_FILENO, UInt(truncatingIfNeeded: TIOCGWINSZ), &found)
        guard result == 0, found.ws_col > 0, found.ws_row > 0 else { return .usual }
        return TerminalSize(columns: Int(found.ws_col), rows: Int(found.ws_row))
    }

    /// Asks, and waits for the line: only y or yes is one. Blocks its thread, which has nothing else to do.
    static func agrees(_ question: String) -> Bool {
        print(question, "[y/N] ", terminator: "")
        fflush(nil)
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
