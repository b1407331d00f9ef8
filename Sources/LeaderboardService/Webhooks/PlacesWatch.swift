import Board
import Leaderboard
import Logging
import NIOCore
import RedisClient
import Synchronization

/// Follows boards for `board.new_leader` and `board.overtaken`. After events a board's first places are read, at most once in
/// ``WebhookPace/comparison``, and compared with those of before, which Redis keeps: what happened between two looks is told as what
/// came of it, and so is what happened while no instance was up.
final class PlacesWatch: Sendable {
    private let boards: SubscribedBoards
    private let surroundings: WebhookSurroundings
    private let channels: @Sendable (BoardID) -> String
    private let changed = Mutex<Set<BoardID>>([])
    private let followed = Mutex<[String: BoardID]>([:])
    private let news = Bell()
    private let failures = LogThrottle()

    /// Boards that can be followed; of more, the first by name are.
    static let maximumBoards = 1_000
    /// Of one comparison, the best places first; what is beyond is not told.
    static let maximumOvertaken = 10

    init(_ boards: SubscribedBoards, channel: @escaping @Sendable (BoardID) -> String) {
        self.boards = boards
        surroundings = boards.surroundings
        channels = channel
    }

    /// Until it is cancelled, or the lease is lost.
    /// - Parameter makeSubscriber: what is given is to be called with its events.
    func run(
        _ makeSubscriber: (@escaping @Sendable (String, RedisSubscriptionEvent) -> Void) -> RedisSubscriber
    ) async {
        let subscriber = makeSubscriber { [self] channel, event in receive(channel, event) }
        await withTaskGroup { tasks in
            tasks.addTask { try? await subscriber.run() }
            tasks.addTask { [self] in await follow(subscriber) }
            tasks.addTask { [self] in await compare() }
            // None of them ends but with the lease.
            await tasks.next()
            tasks.cancelAll()
        }
    }

    /// On the subscription's loop.
    private func receive(_ channel: String, _ event: RedisSubscriptionEvent) {
        // What was missed meanwhile shows with the next `subscribed`.
        if case .disconnected = event { return }
        guard let id = followed.withLock({ $0[channel] }) else { return }
        if changed.withLock({ $0.insert(id).inserted }) { news.ring() }
    }

    private func follow(_ subscriber: RedisSubscriber) async {
        while !Task.isCancelled {
            do {
                let wanted = try await boards.boards().sorted { $0.rawValue < $1.rawValue }
                if wanted.count > Self.maximumBoards { noteTooMany(wanted.count) }
                let ids = wanted.prefix(Self.maximumBoards)
                let routes = ids.reduce(into: [:]) { $0[channels($1)] = $1 }
                let before = followed.withLock { followed in
                    defer { followed = routes }
                    return followed
                }
                for channel in before.keys where routes[channel] == nil { subscriber.letGo(channel) }
                for channel in routes.keys where before[channel] == nil { try subscriber.follow(channel) }
            } catch {
                note(error)
            }
            try? await Task.sleep(for: surroundings.pace.round)
        }
    }

    private func compare() async {
        while !Task.isCancelled {
            await news.wait(for: surroundings.pace.round)
            let ids = changed.withLock { changed in
                let some = changed.prefix(surroundings.pace.boards)
                changed.subtract(some)
                if !changed.isEmpty { news.ring() }
                return Array(some)
            }
            for id in ids {
                do { try await compare(id) } catch is WebhookStore.LeaseLost {
                    return surroundings.lead.lose()
                } catch ScoreStoreError.frozen {
                    // What became of it is told when it is revealed, for which there is an event.
                } catch {
                    // It is looked at again, with the next pause between.
                    changed.withLock { _ = $0.insert(id) }
                    news.ring()
                    note(error)
                }
            }
            try? await Task.sleep(for: surroundings.pace.comparison)
        }
    }

    private func compare(_ id: BoardID) async throws {
        guard let store = try await boards.store(of: id) else { return }
        let limit = boards.deliveries.map(\.endpoint.top).max() ?? WebhookEndpoint.usualTop
        guard let page = try await store.rows(.page(offset: 0), limit: limit, on: surroundings.eventLoop) else {
            return
        }
        let (source, now) = ("top \(id)", TopPlaces(page))
        let mark = try await surroundings.store.mark(source, on: surroundings.eventLoop)
        guard mark != now.text else { return }
        // Of a board that was never looked at, this is the beginning.
        let old = mark.flatMap { TopPlaces(text: $0) } ?? now
        try await boards.tell(try await events(old, now, on: id, store), of: source, upTo: now.text)
    }

    private func events(
        _ old: TopPlaces,
        _ now: TopPlaces,
        on id: BoardID,
        _ store: ScoreStore
    ) async throws -> [WebhookEvent] {
        let time = surroundings.lead.now
        var events: [WebhookEvent] = []
        if let leader = now.places.first, leader.user != old.places.first?.user {
            events.append(.newLeader(leader, after: old.places.first?.user, on: id, time: time))
        }
        let overtaken = Array(now.overtaken(since: old).prefix(Self.maximumOvertaken))
        let elsewhere = try await places(of: overtaken.filter { $0.now == nil }.map(\.before.user), store)
        for one in overtaken {
            // Who left the board was not overtaken.
            guard let place = one.now ?? elsewhere[one.before.user] else { continue }
            events.append(.overtaken(one, now: place, on: id, time: time))
        }
        return events
    }

    private func places(of users: [String], _ store: ScoreStore) async throws -> [String: TopPlaces.Place] {
        let ids = users.compactMap { try? UserID($0) }
        guard !ids.isEmpty else { return [:] }
        let found = try await store.standings(of: ids, on: surroundings.eventLoop)?.standings ?? []
        return found.reduce(into: [:]) { places, standing in
            if let rank = standing.rank, let score = standing.score {
                places[standing.user] = TopPlaces.Place(user: standing.user, rank: rank, score: score)
            }
        }
    }

    private func noteTooMany(_ count: Int) {
        guard failures.countIfDue() != nil else { return }
        surroundings.logger.warning(
            "not all boards are followed for webhooks",
            metadata: ["boards": "\(count)", "followed": "\(Self.maximumBoards)"]
        )
    }

    private func note(_ error: any Error) {
        guard let count = failures.countIfDue() else { return }
        let reason = (error as? ScoreStoreError)?.description ?? "no reason is known"
        surroundings.logger.warning(
            "places of boards could not be compared for webhooks",
            metadata: ["count": "\(count)", "reason": "\(reason)"]
        )
    }
}
