import Text
import Board
import ArgumentParser
import Leaderboard
import Seasons

/// The members of a definition, as options of a command. All that is wrong with them is told at once.
struct DefinitionOptions: ParsableArguments {
    @Option(help: "What the board is called where it is shown.")
    var title: String?

    @Option(
        help: ArgumentHelp("The colour of its pages, such as #b23a12; none: the usual one.", valueName: "colour|none")
    )
    var accent: String?

    @Option(
        help: ArgumentHelp(
            "Where the picture beside its title is, an https URL; none: there is none.",
            valueName: "url|none"
        )
    )
    var logo: String?

    @Option(help: ArgumentHelp("Which score is best: the greatest, or the least.", valueName: "desc|asc"))
    var order: String?

    @Option(
        help: ArgumentHelp(
            "Who comes first of equals, and how ranks are counted.",
            valueName: "id|shared|dense|first|last"
        )
    )
    var ties: String?

    @Option(help: ArgumentHelp("What an update does that names no operator.", valueName: "incr|decr|set|best"))
    var `operator`: String?

    @Option(help: ArgumentHelp("Operators that updates may name, such as incr,decr.", valueName: "list"))
    var operators: String?

    // A number below 0 is none of the options.
    @Option(parsing: .unconditional, help: ArgumentHelp("The least score there may be.", valueName: "score"))
    var min: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The greatest.", valueName: "score"))
    var max: String?

    @Option(
        help: ArgumentHelp("What becomes of a change that would pass one of them.", valueName: "refuse|clamp")
    )
    var atBound: String?

    @Option(help: ArgumentHelp("The largest value of one increase or decrease.", valueName: "points"))
    var increaseMax: String?

    @Option(
        help: ArgumentHelp("Updates of one user in so many seconds, such as 60/60.", valueName: "updates/seconds")
    )
    var rateLimit: String?

    @Option(
        help: ArgumentHelp(
            "Updates that one service may report in so many seconds, such as 1000/1.",
            valueName: "updates/seconds"
        )
    )
    var serviceRateLimit: String?

    @Option(
        help: ArgumentHelp(
            "Who may read the board: anybody, who has a token, or its members.",
            valueName: "public|private|members"
        )
    )
    var visibility: String?

    @Option(help: ArgumentHelp("Whether what services write into the board's stream counts.", valueName: "on|off"))
    var intake: String?

    @OptionGroup var windows: WindowOptions
    @OptionGroup var segments: SegmentOptions
    @OptionGroup var rules: RuleOptions

    func validate() throws {
        var (scratch, reader) = (BoardDefinition(), OptionReader())
        apply(to: &scratch, &reader)
        // What does not go with the rest of a definition is told when that is known.
        if let words = reader.words(of: reader.malformed) { throw ValidationError(words) }
    }

    var isEmpty: Bool {
        [
            title, accent, logo, order, ties, `operator`, operators, min, max, atBound, increaseMax, rateLimit,
            serviceRateLimit,
            visibility, intake,
        ]
        .allSatisfy { $0 == nil } && windows.isEmpty && segments.isEmpty && rules.isEmpty
    }

    /// - Parameter name: of what the definition is.
    /// - Throws: what does not go together, all of it.
    func apply(to definition: inout BoardDefinition, of name: DefinitionName) throws {
        var reader = OptionReader()
        apply(to: &definition, &reader)
        if let words = reader.words(of: reader.malformed + reader.unfitting) { throw CommandFailure(words) }
        // As the service looks at it.
        let shown = try JSONValue(json: definition.shown(as: name), maximumBytes: OperatorService.maximumAnswerBytes)
        _ = try NamedDefinition(shown)
    }

    private func apply(to definition: inout BoardDefinition, _ reader: inout OptionReader) {
        if let title { definition.title = title }
        reader.value("--accent", accent, AccentColour.rule, AccentColour.init) { definition.accent = $0 }
        reader.value("--logo", logo, PictureURL.rule, PictureURL.init) { definition.logo = $0 }
        reader.word("--order", order) { definition.order = $0 }
        reader.word("--ties", ties) { definition.ties = $0 }
        reader.word("--operator", `operator`) { word in
            // Where there was but the one, there is but the new one.
            if definition.operators == [definition.usualOperator] { definition.operators = [] }
            definition.usualOperator = word
        }
        if let operators {
            let names = operators.parts(at: ",")
            let known = names.compactMap { BoardDefinition.Operator(rawValue: String($0)) }
            if known.isEmpty || known.count != names.count {
                reader.malformed.append("--operators takes some of incr,decr,set,best")
            } else {
                definition.operators = Set(known)
            }
        }
        definition.operators.insert(definition.usualOperator)
        let scores = -ScoreRange.limit...ScoreRange.limit
        let least = reader.number("--min", min, in: scores) ?? definition.scores.lowerBound
        let greatest = reader.number("--max", max, in: scores) ?? definition.scores.upperBound
        if least <= greatest {
            definition.scores = least...greatest
        } else {
            let fault = "--min must not be greater than --max"
            if min != nil, max != nil { reader.malformed.append(fault) } else { reader.unfitting.append(fault) }
        }
        reader.word("--at-bound", atBound) { definition.atBound = $0 }
        if let points = reader.number("--increase-max", increaseMax, in: 0...ScoreRange.limit) {
            definition.maximumIncrease = points
        }
        if let limit = reader.limit("--rate-limit", rateLimit) { definition.rateLimit = limit }
        if let limit = reader.limit("--service-rate-limit", serviceRateLimit) { definition.serviceRateLimit = limit }
        reader.word("--visibility", visibility) { definition.visibility = $0 }
        reader.word("--intake", intake) { (word: Switch) in definition.hasIntake = word == .on }
        windows.apply(to: &definition.windows, &reader)
        segments.apply(to: &definition.segments, &reader)
        rules.apply(to: &definition.rules, &reader)
        rules.apply(to: &definition.heldTerm, &reader)
    }
}

extension BoardDefinition {
    /// What is other than in `old`, as `ties id → shared`; the version is none of it.
    /// (A rule ``PlausibilityRule/Name/byHand`` that is left out is no change: it goes when nobody is on hold any more, and not before.)
    func changes(from old: BoardDefinition) -> [String] {
        var new = self
        if !rules.contains(where: { $0.name == .byHand }) { new.rules += old.rules.filter { $0.name == .byHand } }
        return zip(old.listed, new.listed).compactMap { before, after in
            before.value == after.value ? nil : "\(after.name) \(before.value) → \(after.value)"
        }
    }

    private var listed: [(name: String, value: String)] {
        let names = Operator.allCases.filter(operators.contains).map(\.rawValue)
        return [
            ("title", "\"\(title)\""), ("accent", accent?.text ?? "none"), ("logo", logo?.text ?? "none"),
            ("order", order.rawValue), ("ties", ties.rawValue),
            ("operator", usualOperator.rawValue), ("operators", names.joined(separator: ",")),
            ("min", "\(scores.lowerBound)"), ("max", "\(scores.upperBound)"), ("at_bound", atBound.rawValue),
            ("increase_max", "\(maximumIncrease)"),
            ("rate_limit", "\(rateLimit.updates)/\(rateLimit.interval.components.seconds)"),
            (
                "service_rate_limit",
                serviceRateLimit.map { "\($0.updates)/\($0.interval.components.seconds)" } ?? ""
            ),
            ("visibility", visibility.rawValue), ("intake", hasIntake ? "on" : "off"),
            ("windows", windows.seasonal.map { "\($0.name)=\($0.reset)" }.joined(separator: ";")),
            ("time_zone", windows.zone.text), ("week_starts", windows.weekStart.rawValue),
            ("from", windows.anchor?.description ?? ""), ("until", windows.end?.description ?? ""),
            ("keep_days", "\(windows.keepDays)"),
            ("grace_seconds", "\(windows.graceSeconds)"),
            ("segments", segments.kinds.map(\.rawValue).joined(separator: ",")),
            ("totals", segments.kinds.filter(segments.totals.contains).map(\.rawValue).joined(separator: ",")),
            ("rules", PlausibilityRule.json(rules)),
            ("held", heldTerm.map { "\($0.word.rawValue) after \($0.after)" } ?? ""),
        ]
    }
}
