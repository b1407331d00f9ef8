import Leaderboard
import NIOCore
import Seasons
import Text

/// One row of Nakama's table `leaderboard`.
struct NakamaLeaderboard: Sendable {
    static let columns = [
        "id", "authoritative", "sort_order", "operator", "reset_schedule", "duration", "end_time", "title",
    ]

    let id: String
    let definition: BoardDefinition
    let notes: [String]
    /// Its records end, and new ones begin.
    let isReset: Bool
    /// Of the records of one that is not reset, in seconds since 1970; 0: they have none.
    let end: Int

    init(_ row: ForeignTable.Row) throws(ForeignFault) {
        func number(_ column: String, _ range: ClosedRange<Int>) throws(ForeignFault) -> Int {
            guard let number = Int(row[column]), range.contains(number) else {
                throw ForeignFault("line \(row.line): \(column) must be a number, as the guide's command writes it")
            }
            return number
        }
        id = row["id"]
        guard !id.isEmpty else { throw ForeignFault("line \(row.line): it has no id") }
        var (definition, notes) = (BoardDefinition(), [String]())
        definition.order = try number("sort_order", 0...1) == 0 ? .asc : .desc
        let operators: [BoardDefinition.Operator] = [.best, .set, .incr, .decr]
        definition.usualOperator = operators[try number("operator", 0...3)]
        definition.operators = [definition.usualOperator]
        // As there: no score is below 0, and what is taken beyond it is not.
        definition.scores = 0...definition.scores.upperBound
        definition.atBound = definition.usualOperator == .decr ? .clamp : .refuse
        let schedule = row["reset_schedule"]
        isReset = !schedule.isEmpty
        if let window = NakamaSchedule(schedule) {
            definition.windows.seasonal = [window.rule]
            definition.windows.weekStart = window.weekStart
            notes.append(
                "the scores that run are those of the window \(window.rule.name), and the window all begins with the same"
            )
        } else if isReset {
            notes.append(
                "its reset (\(schedule)) is none that a window follows: the board goes on; add a window by leaderboard board change"
            )
        }
        end = try number("end_time", 0...Int(UInt32.max) * 4)
        if try number("duration", 0...Int(Int32.max)) > 0 {
            notes.append("it is a tournament: its beginning, end and number of attempts are not taken")
        } else if end > 0, isReset {
            notes.append("its end is not taken")
        }
        if ["t", "true", "1"].contains(row["authoritative"]) {
            notes.append("only the server writes it there: here do so by tokens for services (/docs/server-scores)")
        }
        let title = row["title"]
        if !title.isEmpty {
            definition.title = title
            if !Self.isSound(definition) {
                definition.title = ""
                notes.append("its title cannot be shown here, and is left out")
            }
        }
        self.definition = definition
        self.notes = notes
    }

    /// As the service looks at it.
    private static func isSound(_ definition: BoardDefinition) -> Bool {
        let shown = try? JSONValue(json: definition.shown(as: .board(.main)), maximumBytes: 1 << 16)
        return shown.flatMap { try? NamedDefinition($0) } != nil
    }
}
