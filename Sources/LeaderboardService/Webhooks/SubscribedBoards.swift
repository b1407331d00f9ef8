import Board
import Leaderboard
import NIOCore

/// The boards that endpoints are told some events of.
struct SubscribedBoards: Sendable {
    let deliveries: [EndpointDelivery]
    let events: [WebhookEventType]
    let surroundings: WebhookSurroundings

    /// Whether there may be any.
    var isAny: Bool { !patterns.isEmpty }

    private var patterns: [BoardPattern] {
        deliveries.flatMap { delivery in
            delivery.endpoint.events.isDisjoint(with: events) ? [] : delivery.endpoint.boards
        }
    }

    /// Those that are named, whether or not they are there, and what the others stand for in the index of boards.
    func boards() async throws -> Set<BoardID> {
        let patterns = patterns
        var boards = Set(patterns.compactMap(\.board))
        if patterns.contains(where: { $0.board == nil }) {
            let all = try await surroundings.catalogue.boards(on: surroundings.eventLoop)
            boards.formUnion(all.filter { id in patterns.contains { $0.matches(id) } })
        }
        return boards
    }

    /// The board as it is; nil: there is none, or nobody has made it yet.
    func store(of id: BoardID) async throws -> ScoreStore? {
        do throws(BoardLookupError) {
            let store = try await surroundings.catalogue.board(id, on: surroundings.eventLoop)
            return store.board.source == .template ? nil : store
        } catch {
            if case .store(let error) = error { throw error }
            return nil
        }
    }

    /// Puts the events, in their order, to what waits for those endpoints that want them.
    /// - Parameters:
    ///   - source, mark: see ``WebhookStore/add(_:of:upTo:for:on:)``.
    ///   - isKnown: whether the endpoint was there when it happened.
    func tell(
        _ events: [WebhookEvent],
        of source: String,
        upTo mark: String,
        where isKnown: (EndpointDelivery) -> Bool = { _ in true }
    ) async throws {
        var (messages, told): ([WebhookMessage], [EndpointDelivery]) = ([], [])
        for delivery in deliveries where !delivery.isGone && isKnown(delivery) {
            let endpoint = delivery.endpoint
            let wanted = events.filter { endpoint.wants($0.type, of: $0.board) && $0.place <= endpoint.top }
            guard !wanted.isEmpty else { continue }
            let now = surroundings.lead.now
            messages += wanted.map { event in
                WebhookMessage(
                    id: event.id,
                    endpoint: told.count,
                    due: now,
                    made: now,
                    maximum: event.maximumWaiting,
                    body: event.body
                )
            }
            told.append(delivery)
        }
        let added = try await surroundings.store.add(
            messages,
            of: source,
            upTo: mark,
            for: told.map(\.endpoint.id),
            on: surroundings.eventLoop
        )
        for (delivery, added) in zip(told, added) { delivery.note(added) }
    }
}
