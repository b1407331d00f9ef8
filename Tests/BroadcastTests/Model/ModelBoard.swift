import Board
import NIOCore

@testable import Broadcast

/// What the board's channel carries.
enum ModelEvent {
    case change(Change)
    /// Somebody left.
    case replaced
}

/// A board in Redis, as small as it can be: scores, the count of updates, and what its channel carries.
final class ModelBoard {
    let order: BoardOrder
    private(set) var scores: [String: Int] = [:]
    /// Of who is hidden: only they see it.
    private var hidden: [String: Int] = [:]
    private(set) var seq = 0
    private(set) var epoch = 1
    var shownTo = ShownTo.everybody
    /// Told each event that is published.
    var publish: (ModelEvent) -> Void = { _ in }
    /// When each user reached their score.
    private var reached: [String: Int] = [:]
    private var backup: (scores: [String: Int], seq: Int, epoch: Int)?

    init(_ order: BoardOrder = BoardOrder()) { self.order = order }

    var cursor: Cursor { Cursor(epoch: "\(epoch)", seq: seq) }

    /// What our own function does.
    func update(_ user: String, by increase: Int) {
        if hidden[user] != nil { return updateUnseen(user, by: increase) }
        if increase != 0 || scores[user] == nil { reached[user] = seq + 1 }
        scores[user, default: 0] += increase
        seq += 1
        let score = scores[user] ?? 0
        publish(
            .change(Change(user: user, score: score, increase: increase, seq: seq, epoch: "\(epoch)", time: 1))
        )
    }

    private func updateUnseen(_ user: String, by increase: Int) {
        if increase != 0 { reached[user] = seq + 1 }
        hidden[user, default: 0] += increase
        seq += 1
        publish(
            .change(
                Change(user: user, score: 0, increase: nil, seq: seq, epoch: "\(epoch)", time: 1, isUnseen: true)
            )
        )
    }

    /// Who is on the board goes on scoring, and is on it no more.
    func hide(_ user: String) {
        guard let score = scores[user] else { return }
        remove(user)
        hidden[user] = score
        publish(.replaced)
    }

    func isHidden(_ user: String) -> Bool { hidden[user] != nil }

    func show(_ user: String) {
        guard let score = hidden.removeValue(forKey: user) else { return }
        scores[user] = score
        publish(.replaced)
    }

    /// What another service does, which may forget to tell.
    func write(_ user: String, _ score: Int, isTold: Bool) {
        scores[user] = score
        guard isTold else { return }
        publish(.change(Change(user: user, score: score, increase: nil, seq: nil, epoch: nil, time: nil)))
    }

    func remove(_ user: String) { scores[user] = nil }

    /// What an operator's suspension does.
    func suspend(_ user: String) {
        remove(user)
        publish(.replaced)
    }

    func wipe() {
        (scores, seq) = ([:], 0)
        epoch += 1
    }

    func saveBackup() { backup = (scores, seq, epoch) }

    func restoreBackup() {
        if let backup { (scores, seq, epoch) = backup }
    }

    func standings(_ limit: Int) -> [Standing] {
        Array(scores.map { Standing(user: $0, score: $1) }.sorted(by: precedes).prefix(limit))
    }

    func snapshot(_ limit: Int) -> Snapshot {
        Snapshot(
            cursor: Cursor(epoch: "\(epoch)", seq: seq),
            total: scores.count,
            standings: standings(limit),
            order: order
        )
    }

    func look(_ limit: Int) -> StandingsSource.Look { StandingsSource.Look(snapshot(limit), shownTo: shownTo) }

    private func precedes(_ a: Standing, _ b: Standing) -> Bool {
        if a.score != b.score { return order.ascends ? a.score < b.score : a.score > b.score }
        let (first, second) = (reached[a.user] ?? 0, reached[b.user] ?? 0)
        switch order.ties {
        case .first: return first < second
        case .last: return first > second
        default: return order.ascends ? b.precedes(a) : a.precedes(b)
        }
    }

    func page(_ offset: Int, _ limit: Int) -> Snapshot {
        Snapshot(
            cursor: cursor,
            total: scores.count,
            standings: Array(standings(.max).dropFirst(offset).prefix(limit)),
            order: order
        )
    }

    func own(_ wish: OwnWish) -> OwnStanding {
        let own = hidden[wish.user].map { [Standing(user: wish.user, score: $0)] } ?? []
        let all = (standings(.max) + own).sorted(by: precedes)
        guard let place = all.firstIndex(where: { $0.user == wish.user }) else { return .absent(total: all.count) }
        let near = (max(0, place - wish.neighbours)..<min(all.count, place + wish.neighbours + 1)).filter {
            $0 != place
        }
        let score = all[place].score
        let worse = all.count { order.ascends ? $0.score > score : $0.score < score }
        return OwnStanding(
            score: score,
            rank: order.rank(at: place, of: all),
            among: ScorePlace(total: all.count, worse: worse, equal: all.count { $0.score == score }),
            neighbours: near.map { place in
                OwnStanding.Neighbour(standing: all[place], rank: order.rank(at: place, of: all))
            },
            isHidden: !own.isEmpty
        )
    }

    func standing(of user: String) -> UserStanding {
        let all = standings(.max)
        let place = all.firstIndex { $0.user == user }
        let rank = place.map { place in
            let better = all[..<place].map(\.score).filter { $0 != all[place].score }
            switch order.ties {
            case .shared: return better.count + 1
            case .dense: return Set(better).count + 1
            default: return place + 1
            }
        }
        return UserStanding(user: user, score: scores[user], rank: rank)
    }
}
