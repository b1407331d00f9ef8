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

    var isEmpty: Bool { rules == nil && !noRules }

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
