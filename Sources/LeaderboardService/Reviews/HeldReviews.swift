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
        /// What a bound keeps waiting is asked for again after one beat, then after two, four and so on, and after so long at most. All that
        /// waits is asked for after so long, too.
        var rest = Duration.seconds(3600)
        /// What is kept waiting on one board is asked for no longer than this in one beat.
        var step = Duration.seconds(5)
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
        var progress: [BoardID: ReviewProgress] = [:]
        while !Task.isCancelled {
            if let lead = await lead(), lead.isHeld {
                do { try await boards.look(on: redis.eventLoop) } catch { note(error) }
                for store in boards.stores {
                    let known = progress[store.board.id].flatMap {
                        $0.goesOn(store.board.definition, at: .now) ? $0 : nil
                    }
                    var board = known ?? ReviewProgress(store.board.definition, pace, at: .now)
                    await review(store, at: lead.now, &board)
                    progress[store.board.id] = board
                }
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

    /// - Parameter now: Redis' time, in milliseconds since 1970.
    private func review(_ store: ScoreStore, at now: Int, _ progress: inout ReviewProgress) async {
        guard let term = store.board.definition.heldTerm, let act = Self.act(by: term) else { return }
        do throws(ScoreStoreError) {
            try await again(store, term, by: act, &progress)
            while !Task.isCancelled {
                let reviewed = try await store.reviewAll(
                    HeldFilter(),
                    term.word,
                    by: act,
                    after: progress.seen,
                    madeBy: now - term.after.milliseconds,
                    on: redis.eventLoop
                )
                if let last = reviewed.last { progress.seen = last }
                for kept in reviewed.kept { progress.keep(kept.held.id, kept.why, at: .now) }
                note(reviewed.released + reviewed.rejected, of: store, term)
                // A step of much takes a while, and another instance may wait for the lease to end.
                guard reviewed.next != nil, await lead()?.isHeld ?? false else { return }
            }
        } catch {
            note(error, of: store)
        }
    }

    /// Asks again for what was kept waiting: as much as one step of others takes.
    private func again(
        _ store: ScoreStore,
        _ term: HeldTerm,
        by act: OperatorAct,
        _ progress: inout ReviewProgress
    ) async throws(ScoreStoreError) {
        let start = ContinuousClock.now
        var count = 0
        defer { note(count, of: store, term) }
        for _ in 0..<ScoreStore.reviewedAtOnce {
            guard !Task.isCancelled, start.duration(to: .now) < pace.step, let id = progress.next(at: start) else {
                return
            }
            guard let held = try await store.held(id, on: redis.eventLoop) else {
                progress.forget(id)
                continue
            }
            switch try await store.review(held, term.word, by: act, on: redis.eventLoop) {
            case .released, .rejected, .counted:
                count += 1
                progress.forget(id)
            case .gone: progress.forget(id)
            case let why: progress.keep(id, why, at: .now)
            }
        }
    }

    private static func act(by term: HeldTerm) -> OperatorAct? {
        guard let actor = try? UserID("leaderboard"),
            let reason = try? AuditReason("It waited for \(term.after), as the board's definition has it.")
        else { return nil }
        return OperatorAct(actor: actor, reason: reason, origin: UpdateOrigin(ip: "", requestID: "held-term"))
    }

    private func note(_ count: Int, of store: ScoreStore, _ term: HeldTerm) {
        guard count > 0 else { return }
        logger.info(
            "held updates reviewed after their time",
            metadata: ["board": "\(store.board.id)", "count": "\(count)", "word": "\(term.word.rawValue)"]
        )
    }

    private func note(_ error: ScoreStoreError, of store: ScoreStore? = nil) {
        guard let count = failures.countIfDue() else { return }
        var metadata: Logger.Metadata = ["count": "\(count)", "reason": "\(error)"]
        if let store { metadata["board"] = "\(store.board.id)" }
        logger.warning("held updates wait beyond their time", metadata: metadata)
    }
}
