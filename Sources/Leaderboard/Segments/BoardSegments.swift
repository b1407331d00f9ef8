/// Of which kinds a board has segments, and of which of them the totals are told. A kind that is added begins empty, and one that is
/// taken away goes with what is in it.
package struct BoardSegments: Hashable, Sendable {
    package static let maximumKinds = 3

    /// Each once.
    package var kinds: [SegmentKind] = []
    /// Some of ``kinds``.
    package var totals: Set<SegmentKind> = []

    package init() {}

    package var isEmpty: Bool { kinds.isEmpty }

    /// As `Functions/segments.lua` is told of them: `country team+`, with a `+` behind those with totals.
    var text: String { text(of: kinds) }

    func text(of kinds: [SegmentKind]) -> String {
        kinds.map { totals.contains($0) ? "\($0)+" : $0.rawValue }.joined(separator: " ")
    }

    /// A kind that stays has totals, or has none, as before: nobody has added up what is there.
    func keepsTotals(of old: BoardSegments) -> Bool {
        kinds.allSatisfy { !old.kinds.contains($0) || totals.contains($0) == old.totals.contains($0) }
    }

    /// The kinds of both, each once.
    func joined(with other: BoardSegments) -> BoardSegments {
        var both = self
        both.kinds += other.kinds(notIn: self)
        return both
    }

    /// Those that the other one has not.
    func kinds(notIn other: BoardSegments) -> [SegmentKind] {
        kinds.filter { !other.kinds.contains($0) }
    }
}
