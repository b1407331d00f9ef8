import Board
import Seasons
import Text

/// What has to be known of an audit before it can be followed for seasons.
struct SeasonFootnotes {
    private(set) var seen = AuditID.zero
    /// The board's first entry is there.
    private(set) var isFromBeginning = false
    /// Of whom updates were taken back, or count as of an earlier time.
    private(set) var reverted: Set<String> = []
    /// By the season's name: a rebuild after which all of its time counts.
    private(set) var fills: [String: AuditID] = [:]

    mutating func read(_ page: [AuditEntry]) {
        for entry in page {
            seen = entry.id
            if entry.seq == 1 { isFromBeginning = true }
            if entry.action == .revert || entry.isRelease { reverted.insert(entry.user) }
            if let filled = entry.filled { fills[filled] = entry.id }
        }
    }

    /// As if a rebuild had made all of the season's time count, up to here.
    mutating func fill(_ season: WindowSeason) { fills[season.name] = .last }
}

/// What users have in the seasons of a board's windows, as the audit adds it up. Without I/O.
struct SeasonTallies {
    struct Tally: Equatable {
        /// Nil: no score.
        var score: Int?
        /// Seq of the update that reached the score; nil: it is not known.
        var reached: Int?
        /// A bound may have held an update, and nobody can tell which bounds there were then.
        var isUncertain = false
    }

    private struct Step {
        let update: RevertedUpdate
        let places: [Int]
    }

    /// An operator's, as far as seasons go by it: it reached those that were not final at its time, and the final ones that it names.
    private struct Act {
        /// In milliseconds since 1970.
        let time: UInt64
        let names: Set<String>

        init(_ entry: AuditEntry) {
            time = entry.time
            names = Set((entry["season"] ?? "").parts(at: ";").map(String.init))
        }

        func reached(_ season: WindowSeason, finalAt end: UInt64) -> Bool { time <= end || names.contains(season.name) }
    }

    /// All updates of a user of whom some were taken back.
    private struct History {
        var steps: [Step] = []
        var latest: [Int: AuditID] = [:]
        /// By which acts they were taken back, and counted again.
        var turns: [AuditID: [(act: Act, isGone: Bool)]] = [:]

        /// One that was released stands where it was made.
        mutating func add(_ step: Step) {
            let place = steps.firstIndex { step.update.wasMade(before: $0.update) }
            steps.insert(step, at: place ?? steps.endIndex)
        }
    }

    private(set) var seen = AuditID.zero
    /// Something has happened since the footnotes were read that they would have told: begin again.
    private(set) var isTorn = false
    private var membership: SeasonMembership
    private var tallies: [[String: Tally]]
    private var histories: [String: History] = [:]
    /// Of who was ever suspended: by which acts, and until which.
    private var suspensions: [String: [(act: Act, isSuspended: Bool)]] = [:]
    private let footnotes: SeasonFootnotes
    private let rules: BoardDefinition

    init(_ seasons: [WindowSeason], _ footnotes: SeasonFootnotes, by rules: BoardDefinition) {
        membership = SeasonMembership(
            seasons,
            isFromBeginning: footnotes.isFromBeginning,
            fills: footnotes.fills
        )
        tallies = seasons.map { _ in [:] }
        self.footnotes = footnotes
        self.rules = rules
        for user in footnotes.reverted { histories[user] = History() }
    }

    var seasons: [WindowSeason] { membership.seasons }

    func isWhole(_ place: Int) -> Bool { membership.isWhole(place) }

    mutating func read(_ page: [AuditEntry]) {
        for entry in page {
            seen = entry.id
            membership.follow(entry)
            if entry.id > footnotes.seen, entry.tearsSeasons { isTorn = true }
            // The order of equals is kept, but not by the seqs that tell it here.
            if entry.action == .restore, entry.tellsPlacesAnew || entry["windows"] == nil {
                for place in tallies.indices {
                    for user in Array(tallies[place].keys) { tallies[place][user]?.reached = nil }
                }
            }
            guard let user = entry.userID?.rawValue else { continue }
            switch entry.action {
            case .update:
                count(entry, user)
                // It counted in what is kept of its user, in each season that it names.
                if entry.isRelease, entry.isOfHidden { suspensions[user, default: []].append((Act(entry), true)) }
            case .revert: takeBack(entry, user)
            case .suspend: suspensions[user, default: []].append((Act(entry), true))
            case .reinstate: suspensions[user, default: []].append((Act(entry), false))
            default: break
            }
        }
    }

    private mutating func count(_ entry: AuditEntry, _ user: String) {
        guard let update = RevertedUpdate(entry) else { return }
        let places = membership.places(of: entry)
        if histories[user] != nil {
            histories[user]?.add(Step(update: update, places: places))
            if let seq = entry.seq { histories[user]?.latest[seq] = entry.id }
            return
        }
        for place in places {
            var tally = tallies[place][user] ?? Tally()
            tally.add(update, by: rules)
            tallies[place][user] = tally
        }
    }

    private mutating func takeBack(_ entry: AuditEntry, _ user: String) {
        guard var history = histories[user] else { return }
        let act = Act(entry)
        let gone = entry.reverts.compactMap { history.latest[$0] } + entry.revertedEntries
        let back = entry.returns.compactMap { history.latest[$0] } + entry.returnedEntries
        for id in gone where history.turns[id]?.last?.isGone != true {
            history.turns[id, default: []].append((act, true))
        }
        for id in back where history.turns[id]?.last?.isGone == true {
            history.turns[id, default: []].append((act, false))
        }
        histories[user] = history
    }

    /// Nil: no update of the user counted in it.
    func tally(of user: String, in place: Int) -> Tally? {
        guard let history = histories[user] else { return tallies[place][user] }
        let (season, end) = (seasons[place], finality(of: place))
        var (tally, hasAdded, isTouched, hasLost) = (Tally?.none, false, false, false)
        for step in history.steps where step.places.contains(place) {
            tally = tally ?? Tally()
            hasAdded = hasAdded || !step.update.saysScore
            if let turn = history.turns[step.update.id]?.last(where: { $0.act.reached(season, finalAt: end) }) {
                isTouched = true
                if turn.act.time == end, !turn.act.names.contains(season.name) { tally?.isUncertain = true }
                hasLost = hasLost || turn.isGone
                if turn.isGone { continue }
            }
            let held = step.update.replayed(inSeasonOn: tally?.score, by: rules)
            tally?.add(step.update, by: rules)
            // Of what a revert leaves, bounds hold each step; of what comes behind it, none may.
            if isTouched, tally?.score != held { tally?.isUncertain = true }
        }
        guard isTouched else { return tally }
        // What is undone was never lost.
        if hasLost { tally?.reached = nil }
        if tally?.score == nil, hasAdded, rules.isZeroLast { tally?.score = 0 }
        return tally
    }

    /// Whether the user is suspended, as far as the acts reached the season.
    func isWithheld(_ user: String, in place: Int) -> Bool {
        let end = finality(of: place)
        return suspensions[user]?.last { $0.act.reached(seasons[place], finalAt: end) }?.isSuspended ?? false
    }

    /// From then on acts reach a season by its name alone, in milliseconds since 1970.
    private func finality(of place: Int) -> UInt64 {
        UInt64(clamping: seasons[place].season.until / 1000 + rules.windows.graceSeconds * 1000)
    }

    /// Whoever has, or had, something in it.
    func users(in place: Int) -> Set<String> {
        let ofHistories = histories.filter { $0.value.steps.contains { $0.places.contains(place) } }.keys
        return Set(tallies[place].keys).union(ofHistories)
    }
}

extension SeasonTallies.Tally {
    fileprivate mutating func add(_ update: RevertedUpdate, by rules: BoardDefinition) {
        let (result, mayBeHeld) = update.applied(inSeasonOn: score, by: rules)
        isUncertain = isUncertain || mayBeHeld
        if result != score { (score, reached) = (result, update.place) }
    }
}

extension AuditEntry {
    fileprivate var tearsSeasons: Bool {
        switch action {
        case .erase, .restore, .ties, .revert: true
        case .rebuild: self["rebuilt"] != nil
        case .update: isRelease
        default: false
        }
    }
}
