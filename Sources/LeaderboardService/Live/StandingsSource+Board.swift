import Board
import Broadcast
import Leaderboard
import NIOCore

extension StandingsSource {
    /// A board, by its definition as the catalogue has it at each look.
    init(board name: String, in catalogue: Catalogue) {
        self.init(
            look: { limit, _, eventLoop in
                try await Self.asking(name, catalogue, eventLoop) { store throws(ScoreStoreError) in
                    let shownTo = store.shownTo
                    let found: RankedPage?
                    do throws(ScoreStoreError) {
                        found = try await store.rows(.page(offset: 0), limit: limit, on: eventLoop)
                    } catch {
                        guard case .frozen(let since) = error else { throw error }
                        let kept = try await store.frozenPage(on: eventLoop)
                        return Look(kept.page.snapshot, shownTo: shownTo, frozen: kept.look(since: since))
                    }
                    guard var page = found else { return nil }
                    // What only a template covers is made by its first update, not by who watches it.
                    if !page.snapshot.cursor.hasBegun, store.board.source != .template {
                        try await store.begin(on: eventLoop)
                        page = try await store.rows(.page(offset: 0), limit: limit, on: eventLoop) ?? page
                    }
                    return Look(page.snapshot, shownTo: shownTo)
                }
            },
            standings: { users, _, eventLoop in
                try await Self.standings(of: users, in: .whole, name, catalogue, eventLoop)
            },
            metadata: { try await Self.metadata(of: $0, name, catalogue, $1) },
            page: { offset, limit, _, eventLoop in
                try await Self.page(offset, limit, in: .whole, name, catalogue, eventLoop)
            },
            own: { wishes, _, isFrozen, eventLoop in
                try await Self.own(wishes, in: .whole, isFrozen: isFrozen, name, catalogue, eventLoop)
            }
        )
    }

    /// What they say of themselves on the board; of all its windows it is the same.
    static func metadata(
        of users: [String],
        _ name: String,
        _ catalogue: Catalogue,
        _ eventLoop: any EventLoop
    ) async throws -> Answer<[String?]> {
        try await Self.asking(name, catalogue, eventLoop) { store throws(ScoreStoreError) in
            Answer(
                try await store.metadata(of: users, on: eventLoop).map { $0.flatMap { $0.isEmpty ? nil : $0.json } },
                shownTo: store.shownTo
            )
        }
    }

    static func standings(
        of users: [String],
        in view: BoardView,
        _ name: String,
        _ catalogue: Catalogue,
        _ eventLoop: any EventLoop
    ) async throws -> Answer<[UserStanding]> {
        let ids = users.compactMap { try? UserID($0) }
        return try await Self.asking(name, catalogue, eventLoop) { store throws(ScoreStoreError) in
            var found: [UserStanding] = []
            for start in stride(from: 0, to: ids.count, by: ScoreStore.usersAtOnce) {
                let some = Array(ids[start..<min(start + ScoreStore.usersAtOnce, ids.count)])
                guard let more = try await store.standings(of: some, in: view, on: eventLoop) else { return nil }
                found += more.standings
            }
            return Answer(found, shownTo: store.shownTo)
        }
    }

    /// - Parameter call: nil: the board is not there as it was found.
    static func asking<Value>(
        _ name: String,
        _ catalogue: Catalogue,
        _ eventLoop: any EventLoop,
        _ call: (ScoreStore) async throws(ScoreStoreError) -> Value?
    ) async throws -> Value {
        let id = try BoardID(name)
        for _ in catalogue.tries(of: id) {
            let store: ScoreStore
            do throws(BoardLookupError) { store = try await catalogue.board(id, on: eventLoop) } catch {
                switch error {
                case .notFound, .deleting: throw BoardGone()
                case .boardsLimit, .tooManyNewBoards, .store: throw error
                }
            }
            if let value = try await call(store) { return value }
        }
        throw ScoreStoreError.unavailable("the board's definition changes all the time")
    }
}

extension ScoreStore {
    /// As the board was found.
    var shownTo: ShownTo { ShownTo(board.definition.visibility) }
}

extension ShownTo {
    init(_ visibility: BoardDefinition.Visibility) {
        switch visibility {
        case .public: self = .everybody
        case .private: self = .known
        case .members: self = .members
        }
    }
}

extension FrozenPage {
    /// As the broadcaster has it.
    func look(since: Int) -> FrozenLook {
        let users = zip(page.snapshot.standings, page.ranks).map { standing, rank in
            UserStanding(user: standing.user, score: standing.score, rank: rank)
        }
        return FrozenLook(since: since, covered: isUncovered ? covered.count : nil, users: users)
    }
}
