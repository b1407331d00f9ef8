/// What the bytes of a message depend on beside what it tells: the way to the viewer, whether they name the board, and whether rows have
/// what their users say of themselves.
struct MessageForm: Sendable, Hashable {
    let transport: Transport
    /// As on the paths that name it.
    let namesBoard: Bool
    var includesMetadata = false

    /// How many there are. What is kept for each of them is an array of this length from the beginning.
    static let count = 4 * Transport.allCases.count
    /// Each at its place in such an array.
    static let all = Transport.allCases.flatMap { transport in
        [false, true].flatMap { includesMetadata in
            [false, true].map { namesBoard in
                MessageForm(transport: transport, namesBoard: namesBoard, includesMetadata: includesMetadata)
            }
        }
    }

    /// Its place in such an array.
    var index: Int { 4 * transport.rawValue + (includesMetadata ? 2 : 0) + (namesBoard ? 1 : 0) }
}
