import Board
import Leaderboard
import Logging
import NIOCore
import RedisClient
import Seasons
import Text

/// Takes up the ends of seasons of the boards that endpoints are told of, and sees to it that an end is told though nobody has written
/// since. A board is looked at when a season of it is known to end, and otherwise once a round, in turns.
struct EndedSeasonsWatch {
    private let boards: SubscribedBoards
    private let surroundings: WebhookSurroundings
    /// Since when each endpoint is known, by its id, in milliseconds since 1970.
    private let since: [String: Int]
    /// When each board is looked at next, in milliseconds since 1970.
    private var looks: [BoardID: Int] = [:]
    private let failures = LogThrottle()

    /// Places of the message's scoreboard.
    private static let rows = 10
    /// Entries of one board that are taken up at a time.
    private static let entries = 20

    init(_ boards: SubscribedBoards, since: [String: Int]) {
        self.boards = boards
        self.since = since
        surroundings = boards.surroundings
    }

    /// Until it is cancelled, or the lease is lost.
    mutating func run() async {
        var listed = ContinuousClock.now - surroundings.pace.round
        while !Task.isCancelled {
            do {
                if ContinuousClock.now - listed >= surroundings.pace.round {
                    let ids = try await boards.boards()
                    looks = ids.reduce(into: [:]) { $0[$1] = looks[$1] ?? 0 }
                    listed = .now
                }
                try await lookAtThoseDue()
            } catch is WebhookStore.LeaseLost {
                return surroundings.lead.lose()
            } catch is CancellationError {
                return
            } catch {
                note(error)
            }
            try? await Task.sleep(for: surroundings.pace.step)
        }
    }

    private mutating func lookAtThoseDue() async throws {
        let now = surroundings.lead.now
        let due = looks.filter { $0.value <= now }.sorted { $0.value < $1.value }.prefix(surroundings.pace.boards)
        for (id, _) in due {
            // One board that cannot be read keeps none of the others from being looked at.
            do { looks[id] = try await look(at: id) } catch is WebhookStore.LeaseLost {
                throw WebhookStore.LeaseLost()
            } catch ScoreStoreError.frozen {
                // Its seasons are told of when it is revealed.
                looks[id] = later
            } catch {
                looks[id] = later
                note(error)
            }
        }
    }

    private var later: Int { surroundings.lead.now + Int(clamping: surroundings.pace.round / .milliseconds(1)) }

    /// - Returns: when it is to be looked at again.
    private func look(at id: BoardID) async throws -> Int {
        guard let store = try await boards.store(of: id), store.board.seasons != nil else { return later }
        let nextEnd = try await store.tellEnds(at: surroundings.lead.now * 1000, on: surroundings.eventLoop)
        let source = "ended \(id)"
        let mark = try await surroundings.store.mark(source, on: surroundings.eventLoop).flatMap { AuditID($0) }
        let first = AuditID(milliseconds: UInt64(clamping: since.values.min() ?? 0), number: 0)
        let entries = try await store.endedSeasons(
            after: mark ?? first,
            limit: Self.entries,
            on: surroundings.eventLoop
        )
        let grace = store.board.definition.windows.graceSeconds * 1000
        for entry in entries {
            if let final = entry.season.map({ $0.season.until / 1000 + grace }), final > surroundings.lead.now {
                // Late updates may count in it, and nothing behind it is told before it.
                return min(final, later)
            }
            try await tell(entry, of: id, store, source)
        }
        if entries.count == Self.entries { return 0 }
        // By a millisecond later, Redis takes the end for past.
        return min(nextEnd.map { $0 / 1000 + 1 } ?? later, later)
    }

    private func tell(_ entry: EndedSeasonEntry, of id: BoardID, _ store: ScoreStore, _ source: String) async throws {
        var events: [WebhookEvent] = []
        if let season = entry.season,
            let page = try await store.finalRows(of: season, limit: Self.rows, on: surroundings.eventLoop)
        {
            events = [.ended(season, of: id, page)]
        }
        try await boards.tell(events, of: source, upTo: "\(entry.id)") { delivery in
            since[delivery.endpoint.id].map { entry.id.milliseconds >= UInt64(clamping: $0) } ?? false
        }
    }

    private func note(_ error: any Error) {
        guard let count = failures.countIfDue() else { return }
        let reason = (error as? ScoreStoreError)?.description ?? "no reason is known"
        surroundings.logger.warning(
            "ends of seasons could not be looked for",
            metadata: ["count": "\(count)", "reason": "\(reason)"]
        )
    }
}
