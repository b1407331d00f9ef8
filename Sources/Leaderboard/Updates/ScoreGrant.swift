/// A game server's word that one user may have so many points, once. Verified elsewhere; here it only counts.
package struct ScoreGrant: Hashable, Sendable {
    /// What tells it from every other grant (`jti`): 1 to 128 visible ASCII characters.
    package let id: String
    /// For how long it may still come.
    package let lifetime: Duration

    /// Nil if the id is none.
    package init?(id: String, lifetime: Duration) {
        guard (1...128).contains(id.utf8.count), id.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.id = id
        self.lifetime = lifetime
    }
}
