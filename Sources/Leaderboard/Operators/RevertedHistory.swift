import Board

/// The part of the audit that has been read on behalf of one user: what it comes to, the updates that were asked for, and what is
/// left without them. `Functions/revert.lua` says what is left, and follows what happens after this.
struct RevertedHistory {
    /// What is left of a user's audit without some updates.
    struct Rest: Equatable {
        /// Nil: nothing makes a score.
        let score: Int?
        /// All that the user's updates did is add and take away, and no bound held any of it.
        let adds: Bool
    }

    fileprivate enum Step {
        case update(RevertedUpdate)
        /// An operator's word, or another service's: what it added, and the score that it says.
        case act(increase: Int, score: Int?, seq: Int?)
        /// Some were taken back, by the change with this seq.
        case revert(Set<AuditID>, seq: Int?)
        /// Who came first is kept from here on, but not by the seqs that tell it before.
        case upheaval(seq: Int?)
    }

    /// Of the last entry that was read.
    private(set) var seen = AuditID.zero
    /// What the user had before the first entry in reach, and all that the entries made of it.
    private(set) var sum: PointsSum?
    private(set) var selected: [RevertedUpdate] = []
    /// In their order.
    private var steps: [Step] = []
    /// What the user had before the first of them, if that was a score.
    private var base: Int?
    /// The updates that were taken back, as far as the audit tells, and count no more.
    private var reverted: Set<AuditID> = []
    /// Of each revert, what it took back; by its seq.
    private var takings: [Int: Set<AuditID>] = [:]
    /// The last revert that took it.
    private var takers: [AuditID: Int] = [:]
    /// Of those reverts of which nothing counts again, also by how much the score changed: less than the updates had added, where another
    /// service had taken some of it before.
    private var falls: [(ids: Set<AuditID>, increase: Int)] = []
    /// The user's last update with each seq. Where the board's count was begun anew, there may be an older one.
    private var latest: [Int: AuditID] = [:]
    private var shares = SeasonShares([])
    /// So many of its seasons are held by Redis; they are the first ones.
    private var held = 0
    let user: UserID
    private let isSelected: (AuditEntry) -> Bool

    init(user: UserID, isSelected: @escaping (AuditEntry) -> Bool) {
        self.user = user
        self.isSelected = isSelected
    }

    /// The audit is read anew, for these seasons: those that Redis holds, and others, which are over and kept.
    mutating func begin(_ seasons: [WindowSeason], past: [WindowSeason]) {
        self = RevertedHistory(user: user, isSelected: isSelected)
        held = seasons.count
        shares = SeasonShares(seasons + past.filter { !seasons.names($0) })
    }

    mutating func read(_ entries: [AuditEntry]) {
        for entry in entries {
            seen = entry.id
            shares.follow(entry)
            if entry.tellsPlacesAnew { steps.append(.upheaval(seq: entry.seq)) }
            if entry.names(user.rawValue), entry.action != .erased { follow(entry) }
        }
    }

    private mutating func follow(_ entry: AuditEntry) {
        if sum == nil {
            begin(entry)
        } else {
            sum?.follow(entry)
        }
        switch entry.action {
        case .revert: turn(entry)
        case .update:
            guard let update = RevertedUpdate(entry) else { return }
            insert(update)
            shares.count(entry)
            guard let seq = entry.seq else { return }
            latest[seq] = entry.id
            if isSelected(entry) { selected.append(update) }
        case .adopt, .recover: steps.append(.act(increase: entry.increase, score: entry.score, seq: entry.seq))
        default: break
        }
    }

    /// One that was released stands where it was made.
    private mutating func insert(_ update: RevertedUpdate) {
        let place = update.made.flatMap { made in
            steps.firstIndex { step in
                if case .update(let other) = step {
                    update.wasMade(before: other)
                } else {
                    step.seq.map { $0 > made } ?? false
                }
            }
        }
        steps.insert(.update(update), at: place ?? steps.endIndex)
    }

    /// One that waits, as if it had been taken back: what comes of it with this is what ``rest(with:by:)`` says, and the like.
    /// - Parameter held: what the user has where the part of the audit that is there names them nowhere.
    mutating func hold(_ entry: AuditEntry, _ held: Int?) -> RevertedUpdate {
        if sum == nil {
            sum = PointsSum(held ?? 0)
            base = held
        }
        let update = RevertedUpdate(held: entry)
        insert(update)
        shares.count(entry)
        reverted.insert(update.id)
        return update
    }

    private mutating func turn(_ entry: AuditEntry) {
        let gone = Set(entry.reverts.compactMap { latest[$0] } + entry.revertedEntries)
        reverted.formUnion(gone)
        let back = Set(entry.returns.compactMap { latest[$0] } + entry.returnedEntries)
        reverted.subtract(back)
        if !back.isEmpty { falls = falls.filter { $0.ids.isDisjoint(with: back) } }
        guard !gone.isEmpty else { return }
        falls.append((gone, entry.increase))
        steps.append(.revert(gone, seq: entry.seq))
        guard let seq = entry.seq else { return }
        takings[seq] = gone
        for id in gone { takers[id] = seq }
    }

    private mutating func begin(_ entry: AuditEntry) {
        sum = PointsSum(entry.score ?? 0)
        guard let score = entry.score else { return }
        guard !entry.wasAbsent else { return }
        let before = ScoreRange.held(score - entry.increase)
        // An update may be the user's first. An act that added nothing found the score there.
        switch entry.action {
        case .update, .adopt, .recover: base = before == 0 ? nil : before
        default: base = before
        }
    }

    /// Of those that were asked for, the ones that no entry took back.
    var counting: [RevertedUpdate] { selected.filter { !reverted.contains($0.id) } }

    /// Those that were taken back, and are asked for, or were by one of these reverts, and by no later one.
    func returning(by reverts: [Int]) -> [RevertedUpdate] {
        guard !reverts.isEmpty else { return selected.filter { self.reverted.contains($0.id) } }
        let ids = reverts.reduce(into: Set<AuditID>()) { all, seq in
            all.formUnion((takings[seq] ?? []).filter { takers[$0] == seq })
        }.intersection(reverted)
        return steps.compactMap { step in
            if case .update(let update) = step, ids.contains(update.id) { update } else { nil }
        }
    }

    /// All of these are reverts of the user.
    func hasReverts(_ seqs: [Int]) -> Bool { seqs.allSatisfy { takings[$0] != nil } }

    /// As a revert's entry names it.
    func name(of update: RevertedUpdate) -> String {
        update.seq.flatMap { latest[$0] == update.id ? String($0) : nil } ?? update.id.description
    }

    /// What is left without these, and without those that were taken back before.
    /// - Returns: nil where the audit comes to what no score can be.
    func rest(without updates: some Sequence<RevertedUpdate>, by rules: BoardDefinition) -> Rest? {
        rest(without: reverted.union(updates.map(\.id)), increase: updates.lazy.map { -$0.increase }, by: rules)
    }

    /// The same with these, which were taken back before.
    func rest(with updates: some Sequence<RevertedUpdate>, by rules: BoardDefinition) -> Rest? {
        let ids = Set(updates.map(\.id))
        let undone = falls.filter { $0.ids.isSubset(of: ids) }
        let others = undone.reduce(ids) { $0.subtracting($1.ids) }
        let increase = undone.map { -$0.increase } + updates.filter { others.contains($0.id) }.map(\.increase)
        return rest(without: reverted.subtracting(ids), increase: increase, by: rules)
    }

    private func rest(without gone: Set<AuditID>, increase: some Sequence<Int>, by rules: BoardDefinition) -> Rest? {
        guard let sum = (sum ?? 0).score else { return nil }
        let before = replay(without: reverted, by: rules)
        let after = replay(without: gone, by: rules)
        guard let score = after.score else { return Rest(score: nil, adds: false) }
        guard before.isPlain, after.isPlain, steps.allSatisfy(\.isPlain) else { return Rest(score: score, adds: false) }
        var rest = PointsSum(sum)
        for points in increase { rest += points }
        return rest.score.map { Rest(score: $0, adds: true) }
    }

    /// As many of these, from the first on, as counted in so many seasons beside those that Redis holds.
    func batch(of updates: ArraySlice<RevertedUpdate>, seasons limit: Int) -> ArraySlice<RevertedUpdate> {
        var places: Set<Int> = []
        for (count, update) in updates.enumerated() {
            places.formUnion(shares.places(of: update).filter { $0 >= held })
            if places.count > limit { return updates.prefix(count) }
        }
        return updates
    }

    /// The seasons beside those that Redis holds in which one of these counted.
    func past(of updates: ArraySlice<RevertedUpdate>) -> [WindowSeason] {
        let places = Set(updates.flatMap { shares.places(of: $0) })
        return places.filter { $0 >= held }.sorted().map { shares.seasons[$0] }
    }

    /// What comes of each season that Redis holds, and then of these, without the updates, as `leaderboard_take_back` takes it, and the
    /// further seasons.
    func seasons(
        without updates: some Collection<RevertedUpdate>,
        _ past: [WindowSeason],
        by rules: BoardDefinition
    ) -> String {
        let gone = reverted.union(updates.map(\.id))
        return texts(of: updates, past, isLess: true) { place in
            rest(inSeason: place, without: gone, by: rules).map(String.init) ?? ""
        }
    }

    private func rest(
        inSeason place: Int,
        without gone: Set<AuditID>,
        by rules: BoardDefinition
    ) -> Int? {
        var (total, hasAdded): (Int?, Bool) = (nil, false)
        for case .update(let update) in steps where shares.has(update, in: place) {
            hasAdded = hasAdded || !update.saysScore
            if !gone.contains(update.id) { total = update.replayed(inSeasonOn: total, by: rules) }
        }
        return total ?? (hasAdded && rules.isZeroLast ? 0 : nil)
    }

    /// The same with them, as `leaderboard_give_back` takes it.
    func seasons(
        with updates: some Collection<RevertedUpdate>,
        _ past: [WindowSeason],
        by rules: BoardDefinition
    ) -> String {
        let gone = reverted.subtracting(updates.map(\.id))
        return texts(of: updates, past, isLess: false) { place in
            guard let score = rest(inSeason: place, without: gone, by: rules) else { return "" }
            return "\(score) \(arrival(inSeason: place, without: gone, by: rules) ?? 0)"
        }
    }

    /// - Parameter whole: of a season of which the audit tells all.
    private func texts(
        of updates: some Collection<RevertedUpdate>,
        _ past: [WindowSeason],
        isLess: Bool,
        _ whole: (_ place: Int) -> String
    ) -> String {
        let places = shares.seasons.indices.filter { $0 < held || past.names(shares.seasons[$0]) }
        let parts = places.map { place -> String in
            let touched = updates.filter { shares.has($0, in: place) }
            guard !touched.isEmpty else { return "-" }
            guard shares.isWhole(place) else {
                var sum: PointsSum = 0
                for update in touched { sum += update.increase }
                // More than a score can be was not added in it.
                return "\(isLess ? "less" : "more") \(sum.score ?? 0)"
            }
            return whole(place)
        }
        return "\(parts.joined(separator: ";"))|\(past.map(\.text).joined(separator: ";"))"
    }

    /// What these had gained, and the most that one of those has that count then, as `leaderboard_take_back_by_rules` takes it.
    /// - Parameter isReturn: they count again.
    func gains(of updates: some Collection<RevertedUpdate>, isReturn: Bool = false, by rules: BoardDefinition)
        -> [String]
    {
        let ids = updates.map(\.id)
        let gone = isReturn ? reverted.subtracting(ids) : reverted.union(ids)
        var (ofUsers, ofAll) = (0, 0)
        for case .update(let update) in steps where !gone.contains(update.id) {
            guard let gain = update.gain, !gain.isBeyondMeasure else { continue }
            let points = gain.points(by: rules)
            ofAll = max(ofAll, points)
            if !gain.isReported { ofUsers = max(ofUsers, points) }
        }
        let gains = updates.compactMap(\.gain).map { gain in
            "\(gain.time) \(gain.points(by: rules)) \(gain.isReported ? 2 : 1)"
        }
        return [gains.joined(separator: ";"), "\(ofUsers) \(ofAll)"]
    }

    private func replay(without gone: Set<AuditID>, by rules: BoardDefinition) -> (score: Int?, isPlain: Bool) {
        let says = steps.contains(where: \.saysScore)
        var (total, isPlain) = (base, true)
        for step in steps {
            switch step {
            case .revert, .upheaval: continue
            case .update(let update):
                guard !gone.contains(update.id) else { continue }
                let (score, adds) = update.replayed(on: total, by: rules)
                isPlain = isPlain && adds
                total = score
            case .act(let increase, let score, _):
                total = says ? score : ScoreRange.held((total ?? 0) + increase)
            }
        }
        // Of nothing, the sum is 0.
        if total == nil, rules.isZeroLast, steps.contains(where: \.adds) { total = 0 }
        return (total, isPlain)
    }

    /// The seq of the change by which the user has what is left without these, on the board or in a season, as if nobody had taken back those
    /// that count. Nil: nobody knows. Who is put back to a score has come to it with the revert.
    ///
    /// It goes back from one revert to the one before: between two of them, what the earlier ones took is gone, and what the later ones did
    /// is not yet.
    func arrival(inSeason place: Int? = nil, without gone: Set<AuditID>, by rules: BoardDefinition) -> Int? {
        var taken: [AuditID: Int] = [:]
        for (index, step) in steps.enumerated() {
            guard case .revert(let ids, _) = step else { continue }
            for id in ids.intersection(gone) { taken[id] = index }
        }
        var end = steps.count
        for revert in Set(taken.values).sorted().reversed() {
            let after = walk(upto: end, inSeason: place, without: gone.filter { taken[$0] ?? -1 <= revert }, by: rules)
            if let last = after.moves.last, last.index > revert { return last.reached }
            let before = walk(
                upto: revert,
                inSeason: place,
                without: gone.filter { taken[$0] ?? -1 < revert },
                by: rules
            )
            // Behind the revert nothing has moved the user.
            if before.score != after.score { return steps[revert].seq }
            end = revert
        }
        let first = walk(upto: end, inSeason: place, without: gone.filter { taken[$0] == nil }, by: rules)
        return first.moves.last?.reached
    }

    /// What the first steps come to, without these updates, and those steps that changed it; by which change, if that is known.
    private func walk(
        upto end: Int,
        inSeason place: Int?,
        without gone: Set<AuditID>,
        by rules: BoardDefinition
    ) -> (score: Int?, moves: [(index: Int, reached: Int?)]) {
        let says = steps.contains(where: \.saysScore)
        var (total, hasAdded) = (place == nil ? base : nil, false)
        var (score, moves) = (total, [(index: Int, reached: Int?)]())
        for (index, step) in steps.prefix(end).enumerated() {
            var reached: Int?
            switch step {
            case .update(let update):
                guard place.map({ shares.has(update, in: $0) }) ?? true else { continue }
                hasAdded = hasAdded || !update.saysScore
                reached = update.place
                if gone.contains(update.id) { break }
                total =
                    place == nil
                    ? update.replayed(on: total, by: rules).score : update.replayed(inSeasonOn: total, by: rules)
            case .act(let increase, let score, _):
                guard place == nil else { continue }
                total = says ? score : ScoreRange.held((total ?? 0) + increase)
            case .upheaval:
                moves.append((index, nil))
                continue
            case .revert: continue
            }
            // Of nothing, the sum is 0.
            let now = total ?? (hasAdded && rules.isZeroLast ? 0 : nil)
            if now != score { moves.append((index, reached)) }
            score = now
        }
        return (score, moves)
    }

    /// The same of what the user has now.
    func arrival(inSeason place: Int? = nil, by rules: BoardDefinition) -> Int? {
        arrival(inSeason: place, without: reverted, by: rules)
    }

    func arrival(with updates: some Sequence<RevertedUpdate>, by rules: BoardDefinition) -> Int? {
        arrival(without: reverted.subtracting(updates.map(\.id)), by: rules)
    }
}

extension BoardDefinition {
    /// Who has 0 is behind everybody: no score is worse.
    var isZeroLast: Bool {
        order == .desc && scores.contains(0) && (scores.lowerBound == 0 || operators == [.incr])
    }
}

extension RevertedHistory.Step {
    fileprivate var seq: Int? {
        switch self {
        case .update(let update): update.seq
        case .act(_, _, let seq), .revert(_, let seq), .upheaval(let seq): seq
        }
    }

    fileprivate var saysScore: Bool {
        if case .update(let update) = self { update.saysScore } else { false }
    }

    fileprivate var adds: Bool {
        if case .update(let update) = self { !update.saysScore } else { false }
    }

    /// It did what it asked for: it added, or took away.
    fileprivate var isPlain: Bool {
        if case .update(let update) = self { !update.saysScore && update.change == update.increase } else { true }
    }
}
