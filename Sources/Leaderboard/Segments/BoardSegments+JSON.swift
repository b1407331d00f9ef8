import Text

extension BoardSegments {
    static let members = ["segments", "totals"]

    init(_ reader: inout DefinitionReader) {
        self.init()
        kinds = Self.kinds("segments", &reader)
        if kinds.count > Self.maximumKinds {
            reader.refuse("segments must be a list of at most \(Self.maximumKinds) kinds")
        }
        let summed = Self.kinds("totals", &reader)
        for kind in summed where !kinds.contains(kind) {
            reader.refuse("totals: \(kind) is none of the kinds in segments")
        }
        totals = Set(summed)
    }

    private static func kinds(_ name: String, _ reader: inout DefinitionReader) -> [SegmentKind] {
        guard let value = reader.value(name) else { return [] }
        guard let list = value.array else {
            reader.refuse("\(name) must be a list of kinds, such as [\"country\",\"team\"]")
            return []
        }
        var (kinds, seen): ([SegmentKind], Set<SegmentKind>) = ([], [])
        for (place, element) in list.enumerated() {
            guard let kind = element.string.flatMap({ SegmentKind($0) }) else {
                reader.refuse("\(name)[\(place)] must be \(SegmentKind.rule)")
                continue
            }
            if seen.insert(kind).inserted { kinds.append(kind) } else { reader.refuse("\(name) has \(kind) twice") }
        }
        return kinds
    }

    /// As a definition has them: nothing, where there are none.
    var json: String {
        guard !isEmpty else { return "" }
        let summed = kinds.filter(totals.contains)
        return #""segments":\#(Self.list(kinds)),"# + (summed.isEmpty ? "" : #""totals":\#(Self.list(summed)),"#)
    }

    private static func list(_ kinds: [SegmentKind]) -> String {
        // Nothing in a kind has to be escaped.
        "[" + kinds.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }
}
