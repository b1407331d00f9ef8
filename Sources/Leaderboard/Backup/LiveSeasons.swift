import Board
import Seasons
import Text

/// Scores in the seasons that take updates. Read piece by piece while they change, and then brought to one moment by the audit entries
/// since. An entry tells what an update asked for, and not what the user has in a season: so it must be known of each user up to which
/// entry the pieces are. Without I/O.
struct LiveSeasons {
    let seasons: [WindowSeason]
    /// Of each season.
    private(set) var states: [BoardState]
    /// What was read before this entry of the audit may be of before it, or of behind it.
    private(set) var readFrom = AuditID.zero
    /// Up to this entry the pieces are right, for whoever has none between ``readFrom`` and it.
    private(set) var readUpto = AuditID.zero
    /// The entry up to which they are right, of the others.
    private var known: [String: AuditID] = [:]
    /// In which an update counts that names none.
    private let running: Set<String>
    private let rules: BoardDefinition

    /// - Parameter running: those that hold.
    init(_ seasons: [WindowSeason], running: [WindowSeason], by rules: BoardDefinition) {
        self.seasons = seasons
        self.running = Set(running.map(\.name))
        self.rules = rules
        states = seasons.map { _ in BoardState(isByArrival: rules.ties.isByArrival) }
    }

    mutating func begin(at last: AuditID) { readFrom = last }

    mutating func end(at last: AuditID) { readUpto = last }

    /// A piece: all of one season.
    mutating func read(_ state: BoardState, of place: Int) { states[place] = state }

    /// What a user has in a season at one moment, of who changed while the pieces were read.
    mutating func read(_ holding: Holding, of user: String, in place: Int) {
        known[user] = max(holding.at, known[user] ?? .zero)
        let (score, withheld, reached) = (holding.score, holding.withheld, holding.reached ?? 0)
        states[place].scores[user] = score.map { BoardState.Place(score: $0, reached: reached) }
        states[place].withheld[user] = withheld.map { BoardState.Place(score: $0, reached: reached) }
    }

    /// - Throws: where the entry tells of more than can be followed: the pieces must be read again.
    mutating func follow(_ entry: AuditEntry) throws(BoardState.Torn) {
        switch entry.action {
        case .season: throw BoardState.Torn()
        case .update, .suspend, .reinstate, .revert: break
        default: return
        }
        let counted = entry["season"].map { Set($0.parts(at: ";").map(String.init)) }
        if let counted, !counted.isSubset(of: seasons.map(\.name)) { throw BoardState.Torn() }
        guard let user = entry.userID?.rawValue, entry.id > known[user] ?? readUpto else { return }
        // It says what is left on the board, and not in a season.
        // (One that was released counts as of an earlier time.)
        if entry.action == .revert || entry.isRelease { throw BoardState.Torn() }
        for place in seasons.indices {
            switch entry.action {
            case .suspend:
                guard let held = states[place].scores.removeValue(forKey: user) else { continue }
                states[place].withheld[user] = states[place].withheld[user] ?? held
            case .reinstate:
                guard let held = states[place].withheld.removeValue(forKey: user) else { continue }
                states[place].scores[user] = states[place].scores[user] ?? held
            default:
                guard (counted ?? running).contains(seasons[place].name) else { continue }
                states[place].add(entry, of: user, by: rules)
            }
        }
    }
}

extension BoardState {
    /// Of a season, an update that counts in it.
    mutating func add(_ entry: AuditEntry, of user: String, by rules: BoardDefinition) {
        guard let update = RevertedUpdate(entry) else { return }
        let old = entry.isOfHidden ? withheld[user] : scores[user]
        let score = update.applied(inSeasonOn: old?.score, by: rules).score
        guard score != old?.score else { return }
        let place = Place(score: score, reached: isByArrival ? entry.seq ?? 0 : 0)
        if entry.isOfHidden { withheld[user] = place } else { scores[user] = place }
    }
}
