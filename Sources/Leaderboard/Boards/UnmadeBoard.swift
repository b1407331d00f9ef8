/// A board that nobody has made: its first update does, by a template. Before that it has to get its place among those that there may
/// be (``Catalogue/makeRoom(for:by:on:)``).
package struct UnmadeBoard: Sendable {
    let store: ScoreStore

    /// Nil: somebody has made it, or the environment has.
    package init?(_ store: ScoreStore) {
        guard store.board.source == .template else { return nil }
        self.store = store
    }
}
