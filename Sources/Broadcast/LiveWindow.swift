/// What is followed: a board, or one of its windows that begin anew. All of a board's share its channel.
package struct LiveWindow: Sendable, Hashable, CustomStringConvertible {
    package let board: String
    /// Nil: the one that never ends.
    package let window: String?

    package init(_ board: String, window: String? = nil) {
        self.board = board
        self.window = window
    }

    /// What messages of the form name; nil: neither board nor window.
    /// - Parameter season: that of the window which they are of.
    func subject(_ form: MessageForm, season: String?) -> Subject? {
        form.namesBoard ? Subject(board: board, window: window, season: season) : nil
    }

    /// For logs.
    package var description: String { window.map { "\(board) \($0)" } ?? board }
}
