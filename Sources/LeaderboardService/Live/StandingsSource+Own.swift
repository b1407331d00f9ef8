import Board
import Broadcast
import Leaderboard
import NIOCore

// What viewers of their own places need beside the standings.
extension StandingsSource {
    /// Rows as they are. Nil: members stand among them that are no users, by which places go until they are taken off.
    static func page(
        _ offset: Int,
        _ limit: Int,
        in view: BoardView,
        _ name: String,
        _ catalogue: Catalogue,
        _ eventLoop: any EventLoop
    ) async throws -> Snapshot? {
        let page = try await Self.asking(name, catalogue, eventLoop) { store throws(ScoreStoreError) in
            try await store.rows(.page(offset: offset), limit: limit, in: view, on: eventLoop)
        }
        return page.passedOver == 0 ? page.snapshot : nil
    }

    /// All at once: two small calls for each, in one write.
    static func own(
        _ wishes: [OwnWish],
        in view: BoardView,
        isFrozen: Bool,
        _ name: String,
        _ catalogue: Catalogue,
        _ eventLoop: any EventLoop
    ) async throws -> Answer<[OwnStanding]> {
        try await Self.asking(name, catalogue, eventLoop) { store throws(ScoreStoreError) in
            // Of a board that is frozen, everybody sees their own place.
            let store = isFrozen ? store.seeingFrozen() : store
            var found: [OwnStanding] = []
            for answer in await wishes.mapAllAtOnce({ await store.own($0, in: view, isFrozen: isFrozen, eventLoop) }) {
                guard let standing = try answer.get() else { return nil }
                found.append(standing)
            }
            return Answer(found, shownTo: store.shownTo)
        }
    }
}

extension ScoreStore {
    /// Nil: the board is not there as it was found.
    fileprivate func own(
        _ wish: OwnWish,
        in view: BoardView,
        isFrozen: Bool,
        _ eventLoop: any EventLoop
    ) async -> Result<OwnStanding?, ScoreStoreError> {
        do throws(ScoreStoreError) {
            guard let user = try? UserID(wish.user) else { return .success(.absent(total: 0)) }
            guard let place = try await place(of: user, in: view, on: eventLoop) else { return .success(nil) }
            guard let place else {
                let limit = isFrozen || wish.neighbours == 0 ? 0 : 2 * wish.neighbours + 1
                guard let hidden = try await hiddenPlace(of: user, limit: limit, in: view, on: eventLoop) else {
                    return .success(nil)
                }
                if let hidden { return .success(OwnStanding(hidden, of: user.rawValue, wish.neighbours)) }
                let total = try await count(from: nil, to: nil, in: view, on: eventLoop)?.total
                return .success(.absent(total: total ?? 0))
            }
            var neighbours: [OwnStanding.Neighbour] = []
            if !isFrozen, wish.neighbours > 0 {
                let limit = 2 * wish.neighbours + 1
                let page = try await rows(.around(user), limit: limit, in: view, on: eventLoop)
                guard let page else { return .success(nil) }
                neighbours = page.neighbours(of: user.rawValue, wish.neighbours)
            }
            return .success(
                OwnStanding(
                    score: place.standing.score,
                    rank: place.standing.rank,
                    among: place.among,
                    neighbours: neighbours
                )
            )
        } catch { return .failure(error) }
    }
}

extension OwnStanding {
    fileprivate init(_ hidden: HiddenPlace, of user: String, _ neighbours: Int) {
        self.init(
            score: hidden.place.standing.score,
            rank: hidden.place.standing.rank,
            among: hidden.place.among,
            neighbours: hidden.around.neighbours(of: user, neighbours),
            isHidden: true
        )
    }
}

extension RankedPage {
    /// So many on each side, where the board does not end: at an end the page has more on the other side.
    fileprivate func neighbours(of user: String, _ most: Int) -> [OwnStanding.Neighbour] {
        let rows = snapshot.standings
        guard let middle = rows.firstIndex(ofSameUserAs: Standing(user: user, score: 0)) else { return [] }
        return (max(0, middle - most)..<min(rows.count, middle + most + 1)).filter { $0 != middle }.map {
            OwnStanding.Neighbour(standing: rows[$0], rank: ranks[$0])
        }
    }
}
