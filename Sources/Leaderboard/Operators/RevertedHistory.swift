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
        case act(increase: Int, score: Int?)
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
    /// The updates that were taken back, as far as the audit tells.
    private var reverted: Set<AuditID> = []
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
            if entry.names(user.rawValue), entry.action != .erased { follow(entry) }
        }
    }

    private mutating func follow(_ entry: AuditEntry) {
        if sum == nil {
            begin(entry)
        } else {
            sum?.follow(entry)
        }
        reverted.formUnion(entry.reverts.compactMap { latest[$0] })
        reverted.formUnion(entry.revertedEntries)
        switch entry.action {
        case .update:
            guard let update = RevertedUpdate(entry) else { return }
            steps.append(.update(update))
            shares.count(entry)
            guard let seq = entry.seq else { return }
            latest[seq] = entry.id
            if isSelected(entry) { selected.append(update) }
        case .adopt, .recover: steps.append(.act(increase: entry.increase, score: entry.score))
        default: break
        }
    }

    private mutating func begin(_ entry: AuditEntry) {
        sum = PointsSum(entry.score ?? 0)
        guard let score = entry.score else { return }
        let before = ScoreRange.held(score - entry.increase)
        // An update may be the user's first. An act that added nothing found the score there.
        switch entry.action {
        case .update, .adopt, .recover: base = before == 0 ? nil : before
        default: base = before
        }
    }

    /// Of those that were asked for, the ones that no entry took back.
    var counting: [RevertedUpdate] { selected.filter { !reverted.contains($0.id) } }

    /// As a revert's entry names it.
    func name(of update: RevertedUpdate) -> String {
        update.seq.flatMap { latest[$0] == update.id ? String($0) : nil } ?? update.id.description
    }

    /// What is left without these, and without those that were taken back before.
    /// - Returns: nil where the audit comes to what no score can be.
    func rest(without updates: some Sequence<RevertedUpdate>, by rules: BoardDefinition) -> Rest? {
        guard let sum = (sum ?? 0).score else { return nil }
        let (gone, before) = (reverted.union(updates.map(\.id)), replay(without: reverted, by: rules))
        let after = replay(without: gone, by: rules)
        guard let score = after.score else { return Rest(score: nil, adds: false) }
        guard before.isPlain, after.isPlain, steps.allSatisfy(\.isPlain) else { return Rest(score: score, adds: false) }
        var rest = PointsSum(sum)
        for update in updates { rest += -update.increase }
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

    /// What comes of each season that Redis holds, and then of these, without the updates, as `leaderboard_take_back` takes it.
    func seasons(
        without updates: some Collection<RevertedUpdate>,
        _ past: [WindowSeason],
        by rules: BoardDefinition
    ) -> String {
        let gone = reverted.union(updates.map(\.id))
        let places = shares.seasons.indices.filter { $0 < held || past.names(shares.seasons[$0]) }
        let parts = places.map { place -> String in
            let touched = updates.filter { shares.has($0, in: place) }
            guard !touched.isEmpty else { return "-" }
            guard shares.isWhole(place) else {
                var sum: PointsSum = 0
                for update in touched { sum += update.increase }
                // More than a score can be was not added in it.
                return "less \(sum.score ?? 0)"
            }
            return rest(inSeason: place, without: gone, by: rules).map(String.init) ?? ""
        }
        return parts.joined(separator: ";")
    }

    private func rest(inSeason place: Int, without gone: Set<AuditID>, by rules: BoardDefinition) -> Int? {
        var (total, hasAdded): (Int?, Bool) = (nil, false)
        for case .update(let update) in steps where shares.has(update, in: place) {
            hasAdded = hasAdded || !update.saysScore
            if !gone.contains(update.id) { total = update.replayed(inSeasonOn: total, by: rules) }
        }
        return total ?? (hasAdded && rules.isZeroLast ? 0 : nil)
    }

    /// What these had gained, and the most that one of the others has, as `leaderboard_take_back_by_rules` takes it.
    func gains(of updates: some Collection<RevertedUpdate>, by rules: BoardDefinition) -> [String] {
        let gone = reverted.union(updates.map(\.id))
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
            case .update(let update):
                guard !gone.contains(update.id) else { continue }
                let (score, adds) = update.replayed(on: total, by: rules)
                isPlain = isPlain && adds
                total = score
            case .act(let increase, let score):
                total = says ? score : ScoreRange.held((total ?? 0) + increase)
            }
        }
        // Of nothing, the sum is 0.
        if total == nil, rules.isZeroLast, steps.contains(where: \.adds) { total = 0 }
        return (total, isPlain)
    }
}

extension BoardDefinition {
    /// Who has 0 is behind everybody: no score is worse.
    var isZeroLast: Bool {
        order == .desc && scores.contains(0) && (scores.lowerBound == 0 || operators == [.incr])
    }
}

extension RevertedHistory.Step {
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
