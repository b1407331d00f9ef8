import Text
import Board
import ArgumentParser
import Leaderboard
import Seasons

extension BoardDefinition.Order: ExpressibleByArgument {}
extension BoardDefinition.Ties: ExpressibleByArgument {}
extension BoardDefinition.Operator: ExpressibleByArgument {}
extension BoardDefinition.AtBound: ExpressibleByArgument {}
extension BoardDefinition.Visibility: ExpressibleByArgument {}

/// The members of a definition, as options of a command. What each may be, the service says.
struct DefinitionOptions: ParsableArguments {
    @Option(help: "What the board is called where it is shown.")
    var title: String?

    @Option(help: "Which score is best: the greatest, or the least.")
    var order: BoardDefinition.Order?

    @Option(help: "Who comes first of equals, and how ranks are counted.")
    var ties: BoardDefinition.Ties?

    @Option(help: "What an update does that names no operator.")
    var `operator`: BoardDefinition.Operator?

    @Option(
        help: ArgumentHelp("Operators that updates may name, such as incr,decr.", valueName: "list"),
        transform: Self.operators
    )
    var operators: Set<BoardDefinition.Operator>?

    // A number below 0 is none of the options.
    @Option(parsing: .unconditional, help: ArgumentHelp("The least score there may be.", valueName: "score"))
    var min: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("The greatest.", valueName: "score"))
    var max: Int?

    @Option(help: "What becomes of a change that would pass one of them.")
    var atBound: BoardDefinition.AtBound?

    @Option(help: ArgumentHelp("The largest value of one increase or decrease.", valueName: "points"))
    var increaseMax: Int?

    @Option(
        help: ArgumentHelp("Updates of one user in so many seconds, such as 60/60.", valueName: "updates/seconds"),
        transform: Self.limit
    )
    var rateLimit: RateLimit?

    @Option(help: "Who may read the board: anybody, or who has a token.")
    var visibility: BoardDefinition.Visibility?

    @OptionGroup var windows: WindowOptions

    func validate() throws {
        for score in [min, max].compactMap(\.self) where !ScoreRange.contains(score) {
            throw ValidationError("No score is \(score): it must be from \(-ScoreRange.limit) to \(ScoreRange.limit).")
        }
    }

    var isEmpty: Bool {
        title == nil && order == nil && ties == nil && `operator` == nil && operators == nil && min == nil && max == nil
            && atBound == nil && increaseMax == nil && rateLimit == nil && visibility == nil && windows.isEmpty
    }

    /// - Throws: where the least would be greater than the greatest.
    func apply(to definition: inout BoardDefinition) throws {
        if let title { definition.title = title }
        if let order { definition.order = order }
        if let ties { definition.ties = ties }
        if let `operator` {
            // Where there was but the one, there is but the new one.
            if definition.operators == [definition.usualOperator] { definition.operators = [] }
            definition.usualOperator = `operator`
        }
        if let operators { definition.operators = operators }
        definition.operators.insert(definition.usualOperator)
        let (least, greatest) = (min ?? definition.scores.lowerBound, max ?? definition.scores.upperBound)
        guard least <= greatest else { throw CommandFailure("min must not be greater than max") }
        definition.scores = least...greatest
        if let atBound { definition.atBound = atBound }
        if let increaseMax { definition.maximumIncrease = increaseMax }
        if let rateLimit { definition.rateLimit = rateLimit }
        if let visibility { definition.visibility = visibility }
        windows.apply(to: &definition.windows)
    }

    private static func operators(_ text: String) throws -> Set<BoardDefinition.Operator> {
        let names = text.parts(at: ",")
        let known = names.compactMap { BoardDefinition.Operator(rawValue: String($0)) }
        guard !known.isEmpty, known.count == names.count else {
            throw ValidationError("Give some of incr,decr,set,best.")
        }
        return Set(known)
    }

    private static func limit(_ text: String) throws -> RateLimit {
        let parts = text.parts(at: "/")
        guard parts.count == 2, let updates = Int(parts[0]), let seconds = Int(parts[1]),
            let limit = RateLimit(updates: updates, seconds: seconds)
        else { throw ValidationError("Give updates and seconds as 60/60.") }
        return limit
    }
}

extension BoardDefinition {
    /// What is other than in `old`, as `ties id → shared`; the version is none of it.
    func changes(from old: BoardDefinition) -> [String] {
        zip(old.listed, listed).compactMap { before, after in
            before.value == after.value ? nil : "\(after.name) \(before.value) → \(after.value)"
        }
    }

    private var listed: [(name: String, value: String)] {
        let names = Operator.allCases.filter(operators.contains).map(\.rawValue)
        return [
            ("title", "\"\(title)\""), ("order", order.rawValue), ("ties", ties.rawValue),
            ("operator", usualOperator.rawValue), ("operators", names.joined(separator: ",")),
            ("min", "\(scores.lowerBound)"), ("max", "\(scores.upperBound)"), ("at_bound", atBound.rawValue),
            ("increase_max", "\(maximumIncrease)"),
            ("rate_limit", "\(rateLimit.updates)/\(rateLimit.interval.components.seconds)"),
            ("visibility", visibility.rawValue),
            ("windows", windows.seasonal.map { "\($0.name)=\($0.reset)" }.joined(separator: ";")),
            ("time_zone", windows.zone.text), ("week_starts", windows.weekStart.rawValue),
            ("from", windows.anchor?.description ?? ""), ("until", windows.end?.description ?? ""),
            ("keep_days", "\(windows.keepDays)"),
            ("grace_seconds", "\(windows.graceSeconds)"),
        ]
    }
}
