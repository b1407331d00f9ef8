/// What a board is to be after each step, said as plainly as it can be: who reached which score with which change.
struct BoardModel {
    struct Row {
        var score: Int
        /// Seq of the change that reached the score.
        var reached: Int
    }

    struct Standing: Equatable, CustomStringConvertible {
        let user: String
        let score: Int
        let rank: Int

        var description: String { "\(user) \(score) #\(rank)" }
    }

    private(set) var rules: BoardRules
    private(set) var seq = 0
    private(set) var rows: [String: Row] = [:]
    private var withheld: [String: Row] = [:]
    private var suspended: Set<String> = []
    /// Those of them who go on scoring.
    private(set) var hidden: Set<String> = []
    /// Of them, those of whom the audit has no entry that says it.
    private(set) var erasedHidden: Set<String> = []
    private var outcomes: [String: (asked: String, outcome: String)] = [:]
    private var grants: Set<String> = []
    /// Those that wait, in their order.
    private(set) var waiting: [Waiting] = []

    struct Waiting {
        let user: String
        let change: Change
        /// Where its outcome is kept.
        let idem: String?
    }

    /// Of each window, its running season; behind them those that are over, in their order.
    private(set) var seasons: [Season]
    var running: Range<Int> { 0..<rules.windows }
    private var rollsOver: Bool

    struct Season {
        fileprivate(set) var rows: [String: Row] = [:]
        fileprivate var withheld: [String: Row] = [:]
        /// What was changed up to this seq did not count in it; until its first change, nothing did.
        fileprivate var begun = Int.max
        /// Nor did what was changed after this one.
        fileprivate var ended = Int.max

        fileprivate func score(of user: String, _ isHidden: Bool) -> Int? {
            (isHidden ? withheld[user] : rows[user])?.score
        }

        fileprivate mutating func set(_ user: String, _ isHidden: Bool, _ row: Row) {
            guard score(of: user, isHidden) != row.score else { return }
            if isHidden { withheld[user] = row } else { rows[user] = row }
        }

        fileprivate func has(_ change: Change) -> Bool {
            change.place > begun && change.place <= ended
        }
    }
    /// By user, in their order: what changed the score.
    private(set) var history: [String: [Change]] = [:]

    struct Change {
        let seq: Int
        let operation: BoardRules.Operator
        let value: Int
        var isReverted = false
        /// Seq of the last change that did so.
        var revertedBy = 0
        /// Of one that waited: the seq with which it was held.
        var made: Int?
        /// When it counts.
        var place: Int { made ?? seq }

        init(seq: Int, operation: BoardRules.Operator, value: Int, made: Int? = nil) {
            (self.seq, self.operation, self.value, self.made) = (seq, operation, value, made)
        }
    }

    init(_ rules: BoardRules) {
        self.rules = rules
        seasons = (0..<rules.windows).map { _ in Season() }
        rollsOver = rules.windows > 0
    }

    /// The window's season has ended, and another one runs.
    mutating func endSeason(_ place: Int) {
        seasons[place].ended = seq
        seasons.append(seasons[place])
        seasons[place] = Season()
        rollsOver = true
    }

    /// The board, best first.
    var standings: [Standing] { standings(of: rows) }

    /// The board as a hidden user sees it; none: they have no score.
    func ownStandings(of user: String) -> [Standing] {
        guard hidden.contains(user), let row = withheld[user] else { return [] }
        return standings(of: rows.merging([user: row]) { $1 })
    }

    /// The same of a season.
    func ownStandings(of user: String, in season: Season) -> [Standing] {
        guard hidden.contains(user), let row = season.withheld[user] else { return [] }
        return standings(of: season.rows.merging([user: row]) { $1 })
    }

    func standings(of rows: [String: Row]) -> [Standing] {
        let order = rows.sorted { one, other in
            guard one.value.score == other.value.score else {
                return rules.isBetter(one.value.score, than: other.value.score)
            }
            return switch rules.ties {
            case .id, .shared, .dense: (one.key < other.key) == rules.ascends
            case .first, .last:
                (one.value.reached < other.value.reached) == (rules.ties == .first)
            }
        }
        return order.enumerated().map { place, row in
            let better = order.filter { rules.isBetter($0.value.score, than: row.value.score) }
            let rank =
                switch rules.ties {
                case .id, .first, .last: place + 1
                case .shared: better.count + 1
                case .dense: Set(better.map(\.value.score)).count + 1
                }
            return Standing(user: row.key, score: row.value.score, rank: rank)
        }
    }

    /// The outcome in words: what it is, then score, seq and rank.
    mutating func write(_ update: ModelUpdate) -> String {
        let operation = update.operation ?? rules.operators[0]
        let asked = "\(operation) \(update.value)"
        let isHidden = hidden.contains(update.user)
        if suspended.contains(update.user), !isHidden { return "suspended" }
        let idem = update.key.map { "\(update.user):\($0)" }
        if let idem, let first = outcomes[idem] {
            guard first.asked == asked else { return "key_reused" }
            if first.outcome == "held" || first.outcome == "rejected" { return first.outcome + "_before" }
            let word = first.outcome.prefix { $0 != " " }
            return (word == "applied" ? "replayed" : "replayed_unchanged") + first.outcome.dropFirst(word.count)
        }
        guard rules.operators.contains(operation) else { return "bad_op" }
        if operation == .incr || operation == .decr {
            guard (0...rules.increaseMax).contains(update.value) else { return "bad_value" }
        }
        if let grant = update.grant, grants.contains(grant) { return "grant_used" }
        let old = isHidden ? withheld[update.user] : rows[update.user]
        guard let score = rules.result(operation, of: old?.score, by: update.value) else { return "score_limit" }
        let inSeasons = seasons[running].compactMap {
            rules.result(operation, of: $0.score(of: update.user, isHidden), by: update.value)
        }
        guard inSeasons.count == running.count else { return "score_limit" }
        if update.isHeld {
            if rollsOver { rollOver() }
            seq += 1
            let change = Change(seq: 0, operation: operation, value: update.value, made: seq)
            waiting.append(Waiting(user: update.user, change: change, idem: idem))
            if let idem { outcomes[idem] = (asked, "held") }
            if let grant = update.grant { grants.insert(grant) }
            return "held"
        }
        let had = seasons.prefix(inSeasons.count).map { $0.score(of: update.user, isHidden) }
        let isSame = score == old?.score && had == inSeasons.map(Optional.some)
        let isChange = !isSame || operation == .incr && update.value == 0
        if isChange {
            if rollsOver { rollOver() }
            seq += 1
            for (place, score) in inSeasons.enumerated() {
                seasons[place].set(update.user, isHidden, Row(score: score, reached: seq))
            }
            if score != old?.score {
                let row = Row(score: score, reached: seq)
                if isHidden { withheld[update.user] = row } else { rows[update.user] = row }
            }
            erasedHidden.remove(update.user)
            history[update.user, default: []].append(Change(seq: seq, operation: operation, value: update.value))
            if let grant = update.grant { grants.insert(grant) }
        }
        let seen = isHidden ? ownStandings(of: update.user) : standings
        let rank = update.isRanked || idem != nil ? seen.first { $0.user == update.user }?.rank ?? 0 : 0
        let outcome = "\(isChange ? isSame ? "applied_same" : "applied" : "unchanged") \(score) \(seq) \(rank)"
        if let idem { outcomes[idem] = (asked, outcome) }
        return outcome
    }

    private mutating func rollOver() {
        seq += 1
        for place in running where seasons[place].begun == .max { seasons[place].begun = seq }
        rollsOver = false
    }

    /// - Parameter isHidden: the user goes on scoring.
    mutating func suspend(_ user: String, isHidden: Bool = false) -> String {
        guard !suspended.contains(user) || rows[user] != nil || hidden.contains(user) != isHidden else {
            return "unchanged"
        }
        seq += 1
        suspended.insert(user)
        if isHidden { hidden.insert(user) } else { hidden.remove(user) }
        erasedHidden.remove(user)
        for place in seasons.indices {
            if let row = seasons[place].rows.removeValue(forKey: user) { seasons[place].withheld[user] = row }
        }
        if let row = rows.removeValue(forKey: user) { withheld[user] = row }
        return "done"
    }

    mutating func reinstate(_ user: String) -> String {
        guard suspended.contains(user) else { return "unchanged" }
        seq += 1
        suspended.remove(user)
        hidden.remove(user)
        erasedHidden.remove(user)
        for place in seasons.indices {
            if let row = seasons[place].withheld.removeValue(forKey: user) { seasons[place].rows[user] = row }
        }
        if let row = withheld.removeValue(forKey: user) { rows[user] = row }
        return "done"
    }

    mutating func erase(_ user: String) {
        seq += 1
        if hidden.contains(user) { erasedHidden.insert(user) }
        rows[user] = nil
        withheld[user] = nil
        for place in seasons.indices {
            seasons[place].rows[user] = nil
            seasons[place].withheld[user] = nil
        }
        history[user] = nil
        waiting.removeAll { $0.user == user }
        outcomes = outcomes.filter { !$0.key.hasPrefix("\(user):") }
    }

    /// Takes back those changes that `isMeant`: how many.
    mutating func revert(_ user: String, _ isMeant: (Change) -> Bool) -> Int {
        guard let score = score(of: user), var changes = history[user] else { return 0 }
        let places = changes.indices.filter { index in
            !changes[index].isReverted && isMeant(changes[index])
        }
        guard !places.isEmpty else { return 0 }
        seq += 1
        for place in places { (changes[place].isReverted, changes[place].revertedBy) = (true, seq) }
        history[user] = changes
        let rest = whatIsLeft(of: changes)
        let row = rest.map { Row(score: $0, reached: seq) }
        if rest != score {
            if rows[user] != nil { rows[user] = row } else { withheld[user] = row }
        }
        for (place, season) in seasons.enumerated() where places.contains(where: { season.has(changes[$0]) }) {
            takeBack(user, in: place, to: whatIsLeft(of: changes.filter(season.has)))
        }
        return places.count
    }

    /// Makes those changes count again that were taken back and that `isMeant`, as if nobody had taken them back: how many.
    mutating func unrevert(_ user: String, _ isMeant: (Change) -> Bool) -> Int {
        guard var changes = history[user] else { return 0 }
        let places = changes.indices.filter { changes[$0].isReverted && isMeant(changes[$0]) }
        guard !places.isEmpty else { return 0 }
        for place in places { changes[place].isReverted = false }
        history[user] = changes
        seq += 1
        if let score = whatIsLeft(of: changes), score != self.score(of: user) {
            let row = Row(score: score, reached: arrival(of: changes))
            if suspended.contains(user) { withheld[user] = row } else { rows[user] = row }
        }
        for (place, season) in seasons.enumerated() where places.contains(where: { season.has(changes[$0]) }) {
            let those = changes.filter(season.has)
            let held = seasons[place].rows[user] ?? seasons[place].withheld[user]
            guard let score = whatIsLeft(of: those), held?.score != score else { continue }
            let row = Row(score: score, reached: arrival(of: those))
            if suspended.contains(user) { seasons[place].withheld[user] = row } else { seasons[place].rows[user] = row }
        }
        return places.count
    }

    /// It is dropped.
    mutating func reject(_ place: Int) {
        seq += 1
        if let idem = waiting.remove(at: place).idem { outcomes[idem]?.outcome = "rejected" }
    }

    /// It counts as if it had when it was made: `done`, `suspended` or `score_limit`.
    mutating func release(_ place: Int) -> String {
        let (user, made) = (waiting[place].user, waiting[place].change)
        if isSuspendedAlone(user) { return "suspended" }
        let isHidden = hidden.contains(user)
        var changes = history[user] ?? []
        let released = Change(seq: seq + 1, operation: made.operation, value: made.value, made: made.made)
        changes.insert(released, at: changes.firstIndex { $0.place > made.place } ?? changes.count)
        // Where bounds refuse, they hold of what it comes to.
        var then = self
        if !rules.clamps { then.rules.scores = BoardRules().scores }
        let counts = seasons.indices.filter { seasons[$0].has(released) }
        let ends = [changes] + counts.map { season in changes.filter(seasons[season].has) }
        let rows = ends.map { Row(score: then.whatIsLeft(of: $0) ?? 0, reached: then.arrival(of: $0)) }
        let old =
            [isHidden ? withheld[user] : self.rows[user]]
            + counts.map { isHidden ? seasons[$0].withheld[user] : seasons[$0].rows[user] }
        for (row, old) in zip(rows, old) where row.score != old?.score && !rules.scores.contains(row.score) {
            return "score_limit"
        }
        seq += 1
        let idem = waiting.remove(at: place).idem
        history[user] = changes
        if isHidden { withheld[user] = rows[0] } else { self.rows[user] = rows[0] }
        for (season, row) in zip(counts, rows.dropFirst()) {
            if isHidden { seasons[season].withheld[user] = row } else { seasons[season].rows[user] = row }
        }
        if let idem {
            let isChange = zip(rows, old).contains { $0.score != $1?.score }
            let rank = (isHidden ? ownStandings(of: user) : standings).first { $0.user == user }?.rank ?? 0
            outcomes[idem]?.outcome = "\(isChange ? "applied" : "unchanged") \(rows[0].score) \(seq) \(rank)"
        }
        return "done"
    }

    /// The change by which a user has what is left, as if those that count had never been taken back. A revert moves who it takes something
    /// from, where what it took is still gone.
    private func arrival(of changes: [Change]) -> Int {
        let events = changes.map(\.place) + changes.filter(\.isReverted).map(\.revertedBy)
        var (score, reached): (Int?, Int) = (nil, 0)
        for event in events.sorted() {
            // What had come by then, less what had been taken of it.
            let then = changes.filter { $0.place <= event }.map { change in
                var change = change
                change.isReverted = change.isReverted && change.revertedBy <= event
                return change
            }
            let now = whatIsLeft(of: then)
            if now != score { (score, reached) = (now, event) }
        }
        return reached
    }

    private mutating func takeBack(_ user: String, in place: Int, to rest: Int?) {
        let held = seasons[place].rows[user] ?? seasons[place].withheld[user]
        guard let held, held.score != rest else { return }
        let row = rest.map { Row(score: $0, reached: seq) }
        if seasons[place].rows[user] != nil {
            seasons[place].rows[user] = row
        } else {
            seasons[place].withheld[user] = row
        }
    }

    private func whatIsLeft(of changes: [Change]) -> Int? {
        var score: Int?
        for change in changes where !change.isReverted {
            let sum = (score ?? 0) + (change.operation == .decr ? -change.value : change.value)
            score =
                switch change.operation {
                case .incr, .decr: rules.held(sum)
                case .set: rules.held(change.value)
                case .best:
                    score.map { rules.isBetter($0, than: rules.held(change.value)) ? $0 : rules.held(change.value) }
                        ?? rules.held(change.value)
                }
        }
        let hasAdded = changes.contains { $0.operation == .incr || $0.operation == .decr }
        return score ?? (hasAdded && rules.isZeroLast ? 0 : nil)
    }

    /// And not hidden.
    func isSuspendedAlone(_ user: String) -> Bool { suspended.contains(user) && !hidden.contains(user) }

    func score(of user: String) -> Int? { (rows[user] ?? withheld[user])?.score }
}

struct ModelUpdate: CustomStringConvertible {
    var user: String
    /// Nil: the board's.
    var operation: BoardRules.Operator?
    var value: Int
    var isRanked = false
    var key: String?
    var grant: String?
    /// It comes from an address that is another user's.
    var isHeld = false

    var description: String {
        "\(user) \(operation.map { "\($0)" } ?? "-") \(value)\(isRanked ? " ranked" : "")"
            + (key.map { " key \($0)" } ?? "") + (grant.map { " grant \($0)" } ?? "") + (isHeld ? " held" : "")
    }
}
