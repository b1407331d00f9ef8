/// What the bytes of a message depend on beside what it tells: the way to the viewer, and whether they name the board.
struct MessageForm: Sendable, Hashable {
    let transport: Transport
    /// As on the paths that name it.
    let namesBoard: Bool

    /// How many there are. What is kept for each of them is an array of this length from the beginning.
    static let count = 2 * Transport.allCases.count
    /// Each at its place in such an array.
    static let all = Transport.allCases.flatMap { transport in
        [false, true].map { MessageForm(transport: transport, namesBoard: $0) }
    }

    /// Its place in such an array.
    var index: Int { 2 * transport.rawValue + (namesBoard ? 1 : 0) }
}
