package import Board

/// Who is about to make a board, by the first update of a name that a template covers.
package struct BoardMaker: Sendable, Equatable {
    package let user: UserID
    /// The client's address, or its network's.
    package let address: String

    package init(user: UserID, address: String) {
        self.user = user
        self.address = address
    }
}
