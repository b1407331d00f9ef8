import ArgumentParser
import Leaderboard
import Text

/// The segments of a definition, as options of a command.
struct SegmentOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The kinds of segments that updates may name, such as country,team.", valueName: "list"))
    var segments: String?

    @Option(help: ArgumentHelp("Those of them of which the sums are told, such as team.", valueName: "list"))
    var totals: String?

    @Flag(help: "The board has no segments; those that it has, go.")
    var noSegments = false

    var isEmpty: Bool { segments == nil && totals == nil && !noSegments }

    func apply(to definition: inout BoardSegments, _ reader: inout OptionReader) {
        if noSegments, segments != nil || totals != nil {
            reader.malformed.append("--no-segments goes neither with --segments nor with --totals")
        }
        if noSegments { definition = BoardSegments() }
        if let kinds = Self.kinds("--segments", segments, &reader) {
            if kinds.count > BoardSegments.maximumKinds {
                reader.malformed.append("--segments takes at most \(BoardSegments.maximumKinds) kinds")
            }
            definition.kinds = kinds
            definition.totals.formIntersection(kinds)
        }
        guard let summed = Self.kinds("--totals", totals, &reader) else { return }
        for kind in summed where !definition.kinds.contains(kind) {
            reader.unfitting.append("--totals: \(kind) is none of the kinds of segments")
        }
        definition.totals = Set(summed)
    }

    /// Nil: there are none, or what is given is none.
    private static func kinds(_ option: String, _ text: String?, _ reader: inout OptionReader) -> [SegmentKind]? {
        guard let names = text?.parts(at: ",") else { return nil }
        let kinds = names.compactMap { SegmentKind($0) }
        guard kinds.count == names.count, Set(kinds).count == kinds.count else {
            reader.malformed.append("\(option) takes kinds, each once, of \(SegmentKind.rule), and commas")
            return nil
        }
        return kinds
    }
}
