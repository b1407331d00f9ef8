import Glibc

/// Who can be asked before something is done that cannot be undone.
enum Terminal {
    /// Whether standard input is a terminal, so that somebody can answer.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 }

    /// Asks, and waits for the line: only y or yes is one. Blocks its thread, which has nothing else to do.
    static func agrees(_ question: String) -> Bool {
        print(question, "[y/N] ", terminator: "")
        fflush(nil)
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
