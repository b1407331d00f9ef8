import Text

/// What an update names of its user's segments: `["country:de","team:"]`. A kind with nothing behind it is left, one that is not named
/// stays as it is.
package struct SegmentMoves: Hashable, Sendable {
    /// As `Functions/segments.lua` takes it: `country:de team:`, in the order of the board's kinds.
    package let text: String

    /// All that is wrong is told at once.
    init(_ value: JSONValue, of segments: BoardSegments) throws(ScoreUpdateError) {
        guard !segments.isEmpty else { throw ScoreUpdateError(.segments, "This board has no segments.") }
        guard let list = value.array, list.count <= BoardSegments.maximumKinds else {
            throw ScoreUpdateError(
                .segments,
                "segments must be a list of at most \(BoardSegments.maximumKinds), such as [\"country:de\"]."
            )
        }
        var (named, faults): ([SegmentKind: String], [String]) = ([:], [])
        for (place, element) in list.enumerated() {
            let parts = (element.string ?? "").parts(at: ":")
            guard parts.count == 2, let kind = SegmentKind(parts[0]), parts[1].isEmpty || SegmentValue(parts[1]) != nil
            else {
                faults.append("segments[\(place)] must be a kind, a colon, and \(SegmentValue.rule), or nothing.")
                continue
            }
            if !segments.kinds.contains(kind) {
                let kinds = segments.kinds.map(\.rawValue).joined(separator: ", ")
                faults.append("segments[\(place)]: the board has no segments of the kind \(kind), but \(kinds).")
            } else if named.updateValue("\(kind):\(parts[1])", forKey: kind) != nil {
                faults.append("segments[\(place)]: \(kind) is named twice.")
            }
        }
        guard faults.isEmpty else { throw ScoreUpdateError(.segments, faults.joined(separator: " ")) }
        text = segments.kinds.compactMap { named[$0] }.joined(separator: " ")
    }
}
