import Board
import Leaderboard
import Logging
import NIOCore
import RedisClient
import ServiceLifecycle

/// Releases or rejects what has waited as long as its board's definition says (``HeldTerm``). Of all instances one does it at a time, that
/// which has the lease in Redis; two that work at once do no harm, for each update that waits is taken out once.
final class HeldReviews: Service {
    /// How often it is looked, and how long an instance that is gone is waited for.
    struct Pace: Sendable {
        var beat = Duration.seconds(10)
        var lease = Duration.seconds(30)
        /// What a bound or a suspension keeps waiting is asked for again after so long.
        var rest = Duration.seconds(3600)
    }

    private let pace: Pace
    private let redis: RedisConnections
    private let catalogue: Catalogue
    private let lease: InstanceLease
    private let failures = LogThrottle()
    private let logger: Logger

    init(
        _ pace: Pace,
        redis: RedisConnections,
        functions: FunctionCalls,
        catalogue: Catalogue,
        logger: Logger
    ) {
        self.pace = pace
        self.redis = redis
        self.catalogue = catalogue
        self.logger = logger
        lease = InstanceLease(ofReviews: functions)
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in try await work() }
        _ = try? await lease.hold(for: .zero, on: redis.eventLoop)
    }

    private func work() async throws {
        try await redis.becomesConnected()
        var boards = ChosenBoards(catalogue) { $0.heldTerm != nil }
        var seen: [BoardID: (id: AuditID, since: ContinuousClock.Instant)] = [:]
        while !Task.isCancelled {
            if let lead = await lead(), lead.isHeld {
                do { try await boards.look(on: redis.eventLoop) } catch { note(error) }
                for store in boards.stores { await review(store, at: lead.now, &seen[store.board.id]) }
            }
            try await Task.sleep(for: pace.beat)
        }
    }

    private func lead() async -> InstanceLease.Lead? {
        do { return try await lease.hold(for: pace.lease, on: redis.eventLoop) } catch {
            note(error)
            return nil
        }
    }

    /// - Parameters:
    ///   - now: Redis' time, in milliseconds since 1970.
    ///   - seen: behind which what waits has not been asked for yet.
    private func review(
        _ store: ScoreStore,
        at now: Int,
        _ seen: inout (id: AuditID, since: ContinuousClock.Instant)?
    ) async {
        guard let term = store.board.definition.heldTerm, let act = Self.act(by: term) else { return }
        if let known = seen, ContinuousClock.now - known.since > pace.rest { seen = nil }
        do throws(ScoreStoreError) {
            while !Task.isCancelled {
                let reviewed = try await store.reviewAll(
                    HeldFilter(),
                    term.word,
                    by: act,
                    after: seen?.id ?? .zero,
                    madeBy: now - term.after.milliseconds,
                    on: redis.eventLoop
                )
                if let last = reviewed.last { seen = (last, seen?.since ?? .now) }
                let count = reviewed.released + reviewed.rejected
                if count > 0 {
                    logger.info(
                        "held updates reviewed after their time",
                        metadata: [
                            "board": "\(store.board.id)", "count": "\(count)", "word": "\(term.word.rawValue)",
                        ]
                    )
                }
                // A step of much takes a while, and another instance may wait for the lease to end.
                guard reviewed.next != nil, await lead()?.isHeld ?? false else { return }
            }
        } catch {
            note(error, of: store)
        }
    }

    private static func act(by term: HeldTerm) -> OperatorAct? {
        guard let actor = try? UserID("leaderboard"),
            let reason = try? AuditReason("It waited for \(term.after), as the board's definition has it.")
        else { return nil }
        return OperatorAct(actor: actor, reason: reason, origin: UpdateOrigin(ip: "", requestID: "held-term"))
    }

    private func note(_ error: ScoreStoreError, of store: ScoreStore? = nil) {
        guard let count = failures.countIfDue() else { return }
        var metadata: Logger.Metadata = ["count": "\(count)", "reason": "\(error)"]
        if let store { metadata["board"] = "\(store.board.id)" }
        logger.warning("held updates wait beyond their time", metadata: metadata)
    }
}
