import Board
import DequeModule
import NIOCore

/// A subscriber of `View.users` that waits for its first message, or for a new one after a loss.
struct Join: Sendable {
    let subscriber: SubscriberReference
    /// Tells subscribers apart without touching them.
    let id: ObjectIdentifier
    /// Its audience's place among the board's.
    let audience: Int
    let group: Group
    let users: [String]
    let own: OwnWish?

    /// On the subscriber's loop.
    init(_ subscriber: Subscriber, audience: Int, eventLoop: any EventLoop) {
        self.subscriber = NIOLoopBound(subscriber, eventLoop: eventLoop)
        id = ObjectIdentifier(subscriber)
        self.audience = audience
        group = subscriber.group
        users = subscriber.watch?.users ?? []
        own = subscriber.own
    }
}

/// The users that somebody follows, and what their followers have to be told; without I/O.
///
/// It works in rounds, one at a time: the changes since the last round get their users' ranks, from the copy of the best
/// users where they are in it and else from the source in one read of at most `maximumAsked` users. What changes during
/// a round merges into the next one. A round also lets the new followers in, and looks at some users whom nothing
/// happened to, for a rank also moves when others score.
struct Watches {
    struct Round: Sendable {
        let number: Int
        let published: Published
        var changes: [PlacedChange]
        var joins: [Join]
        var looks: [String]
        /// From the copy of the best users.
        var known: [String: UserStanding]
        /// To be asked of the source. Empty: the round can end at once.
        var asked: [String]
    }

    struct Outcome {
        var cursor: Cursor
        var changes: [(change: PlacedChange, rank: Int?)] = []
        var admitted: [(join: Join, users: [UserStanding])] = []
        /// Users who have left the board, which no change can tell: their followers need a new first message.
        var gone: [String] = []
        var published: Published
    }

    static let maximumAsked = 256

    private struct Watched {
        var followers: Int
        /// What the followers were told last.
        var told: UserStanding?
        /// The sweep that looked at the user last.
        var sweep: Int
    }

    private var watched: [String: Watched] = [:]
    private var changed = MergedChanges()
    private var joins: Deque<Join> = []
    private var round: Round?
    private var rounds = 0
    private var sweep = 0
    private var isLookDue = false

    var isEmpty: Bool { watched.isEmpty }

    /// From now on the changes of these users count.
    mutating func follow(_ users: [String]) {
        for user in users { watched[user, default: Watched(followers: 0, sweep: sweep)].followers += 1 }
    }

    mutating func unfollow(_ users: [String]) {
        for user in users {
            guard let followers = watched[user]?.followers else { continue }
            if followers > 1 { watched[user]?.followers = followers - 1 } else { watched[user] = nil }
        }
    }

    /// Wants a first message. Its users are followed already.
    mutating func join(_ join: Join) { joins.append(join) }

    /// Went away before the first message.
    mutating func abandon(_ id: ObjectIdentifier) {
        joins.removeAll { $0.id == id }
        round?.joins.removeAll { $0.id == id }
    }

    /// Those who wait for a first message; they are taken out.
    mutating func takeJoins() -> [Join] {
        reset()
        defer { joins = [] }
        return Array(joins)
    }

    /// A window went out; what concerns followed users is kept for the next round.
    mutating func add(_ changes: MergedChanges) {
        guard !watched.isEmpty else { return }
        for change in changes.changes where watched[change.user] != nil { changed.add(change, time: nil) }
    }

    /// Time to look at users to whom nothing happened.
    mutating func lookAround() { isLookDue = !watched.isEmpty }

    /// Continuity was lost: what was gathered is void, and every follower will join again.
    mutating func reset() {
        changed = MergedChanges()
        if let round { joins.append(contentsOf: round.joins) }
        round = nil
        for user in watched.keys { watched[user]?.told = nil }
    }

    /// There is something to do, and no round is under way.
    var isRoundDue: Bool { round == nil && (!changed.isEmpty || !joins.isEmpty || isLookDue) }

    /// Begins a round, if one is due.
    /// - Parameter frozen: of a board that is frozen, nobody is asked: of others than those who are shown, nothing is told.
    mutating func begin(_ published: Published, _ top: TopStandings, frozen: FrozenLook? = nil) -> Round? {
        guard isRoundDue else { return nil }
        rounds += 1
        var round = Round(
            number: rounds,
            published: published,
            changes: Array(changed.changes),
            joins: [],
            looks: [],
            known: [:],
            asked: []
        )
        changed = MergedChanges()
        var asked: Set<String> = []
        func need(_ user: String) {
            if let frozen {
                round.known[user] = frozen.users[user] ?? UserStanding(user: user, score: nil, rank: nil)
            } else if let rank = top.rank(of: user) {
                round.known[user] = UserStanding(user: user, score: top.score(of: user), rank: rank)
            } else if top.isWhole {
                round.known[user] = UserStanding(user: user, score: nil, rank: nil)
            } else if asked.count < Self.maximumAsked {
                asked.insert(user)
            }
        }
        // The joins may take half, so that a rush of them does not cost the others their ranks.
        while let join = joins.first, asked.count + join.users.count <= Self.maximumAsked / 2 {
            join.users.forEach { need($0) }
            round.joins.append(joins.removeFirst())
        }
        for change in round.changes { need(change.user) }
        if isLookDue {
            isLookDue = false
            round.looks = usersToLookAt(Self.maximumAsked - asked.count)
            round.looks.forEach { need($0) }
        }
        round.asked = Array(asked)
        self.round = round
        return round
    }

    /// Ends the round with the source's answer.
    mutating func end(_ number: Int, answer: [UserStanding]) -> Outcome? {
        guard let round, round.number == number else { return nil }
        self.round = nil
        var found = round.known
        for user in round.asked { found[user] = UserStanding(user: user, score: nil, rank: nil) }
        for standing in answer { found[standing.user] = standing }
        var outcome = Outcome(cursor: round.published.cursor, published: round.published)
        for change in round.changes { tell(change, rank: found[change.user]?.rank, &outcome) }
        for user in round.looks { look(at: user, found[user], &outcome) }
        // What a newcomer is told is told to all, or a rank that goes back to what they know would not be told to him.
        for join in round.joins { for user in join.users { look(at: user, found[user], &outcome) } }
        outcome.admitted = round.joins.map { join in
            (join, join.users.map { found[$0] ?? UserStanding(user: $0, score: nil, rank: nil) })
        }
        return outcome
    }

    /// The source did not answer: changes go out without ranks it would have told, joins wait for the next round.
    mutating func fail(_ number: Int) -> Outcome? {
        guard let round, round.number == number else { return nil }
        self.round = nil
        for join in round.joins.reversed() { joins.prepend(join) }
        var outcome = Outcome(cursor: round.published.cursor, published: round.published)
        for change in round.changes { tell(change, rank: round.known[change.user]?.rank, &outcome) }
        return outcome
    }

    private mutating func tell(_ change: PlacedChange, rank: Int?, _ outcome: inout Outcome) {
        guard watched[change.user] != nil else { return }
        outcome.changes.append((change, rank))
        watched[change.user]?.told = UserStanding(user: change.user, score: change.score, rank: rank)
    }

    /// A rank or score that differs from what was told becomes a change by nothing, unless a real one is on its way.
    private mutating func look(at user: String, _ standing: UserStanding?, _ outcome: inout Outcome) {
        guard let standing, let watch = watched[user], watch.told != standing, !changed.contains(user),
            !outcome.changes.contains(where: { $0.change.user == user })
        else { return }
        guard let score = standing.score else {
            if watch.told?.score != nil { outcome.gone.append(user) }
            watched[user]?.told = standing
            return
        }
        let seq = outcome.cursor.seq
        let change = PlacedChange(user: user, score: score, increase: 0, seq: seq, hasOwnSeq: false)
        tell(change, rank: standing.rank, &outcome)
    }

    /// Everybody in turn: those whom this sweep has not come to; then the next sweep begins.
    private mutating func usersToLookAt(_ limit: Int) -> [String] {
        let sweep = sweep
        var users = Array(watched.lazy.filter { $0.value.sweep <= sweep }.prefix(max(limit, 0)).map(\.key))
        if users.isEmpty, limit > 0 {
            self.sweep += 1
            users = Array(watched.keys.prefix(limit))
        }
        for user in users { watched[user]?.sweep = self.sweep + 1 }
        return users
    }
}
