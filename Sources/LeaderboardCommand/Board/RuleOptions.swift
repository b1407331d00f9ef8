import ArgumentParser
import Leaderboard
import Text

/// The rules of plausibility of a definition, as options of a command.
struct RuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The rules of plausibility, all of them, as JSON: "
                + #"[{"rule":"points_limit","points":5000,"interval":"1h","action":"flag"}]."#,
            valueName: "list"
        )
    )
    var rules: String?

    @Flag(help: "The board has no rules of plausibility.")
    var noRules = false

    @Option(
        help: ArgumentHelp(
            "What waits for review so long is released or rejected, such as 24h; or never.",
            valueName: "time"
        )
    )
    var heldAfter: String?

    @Option(help: ArgumentHelp("Which of it. (default: release, or as it was)", valueName: "release|reject"))
    var heldThen: String?

    var isEmpty: Bool { rules == nil && !noRules && heldAfter == nil && heldThen == nil }

    func apply(to term: inout HeldTerm?, _ reader: inout OptionReader) {
        var word = term?.word ?? .release
        reader.word("--held-then", heldThen) { word = $0 }
        if heldAfter == "never" {
            if heldThen != nil { reader.malformed.append("--held-then does not go with --held-after never") }
            term = nil
            return
        }
        let after = heldAfter.map(RuleInterval.init) ?? term?.after
        guard heldAfter != nil || heldThen != nil else { return }
        guard let after, let new = HeldTerm(after: after, word) else {
            let fault =
                heldAfter == nil ? "--held-then needs --held-after" : "--held-after must be \(HeldTerm.rule), or never"
            if heldAfter == nil { reader.unfitting.append(fault) } else { reader.malformed.append(fault) }
            return
        }
        term = new
    }

    func apply(to definition: inout [PlausibilityRule], _ reader: inout OptionReader) {
        if noRules, rules != nil { reader.malformed.append("--no-rules does not go with --rules") }
        if noRules { definition = [] }
        guard let rules else { return }
        do {
            let text = Array(#"{"rules":\#(rules)}"#.utf8)
            let value = try JSONValue(json: text, maximumBytes: BoardDefinition.maximumBytes)
            definition = try value.object.map { try PlausibilityRule.list(of: $0) } ?? []
        } catch { reader.malformed.append("--rules: \(error)") }
    }
}
