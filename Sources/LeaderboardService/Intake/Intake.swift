import Board
import Leaderboard
import Logging
import Metrics
import NIOCore
import RedisClient
import ServiceLifecycle

/// Makes the updates that other services write into the streams of boards (`Functions/intake.lua`). Of all instances one does it at a
/// time, that which has the lease in Redis, so that the others ask for nothing; but that each entry counts once rests on the function
/// alone, and two that work at once do no harm.
///
/// Streams are looked at once a beat, all of them in one write, and without a pause where there is more: an entry waits a beat at most
/// before it is read. (A blocking read would need a connection of its own to each server of a cluster.)
final class Intake: Service {
    private let options: IntakeOptions
    private let redis: RedisConnections
    private let catalogue: Catalogue
    private let lease: InstanceLease
    private let lead = InstanceLead()
    private let limit: RateLimit
    private let audit: AuditLog
    private let metrics: IntakeMetrics
    private let failures = LogThrottle()
    private let logger: Logger

    /// - Parameter limit: of what is written into the stream of a board whose definition says none for services.
    init(
        _ options: IntakeOptions,
        redis: RedisConnections,
        functions: FunctionCalls,
        catalogue: Catalogue,
        limit: RateLimit,
        audit: AuditLog,
        logger: Logger,
        metricsFactory: any MetricsFactory
    ) {
        self.options = options
        self.redis = redis
        self.catalogue = catalogue
        self.limit = limit
        self.audit = audit
        self.logger = logger
        lease = InstanceLease(ofIntake: functions)
        metrics = IntakeMetrics(factory: metricsFactory)
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            while !Task.isCancelled {
                switch await takeLease() {
                case true?: await work()
                // Another instance says how many wait.
                case false?: metrics.note(waiting: 0)
                case nil: break
                }
                try await Task.sleep(for: options.renewal / 2)
            }
        }
        if lead.holds() { _ = try? await lease.hold(for: .zero, on: redis.eventLoop) }
    }

    /// Nil: Redis did not say.
    private func takeLease() async -> Bool? {
        let asked = ContinuousClock.now
        do {
            let held = try await lease.hold(for: options.lease, on: redis.eventLoop)
            lead.learn(held, asked: asked, length: options.lease)
            return held.isHeld
        } catch {
            note(error)
            return nil
        }
    }

    /// Until the lease is lost.
    private func work() async {
        var boards = ChosenBoards(catalogue) { $0.hasIntake }
        var resting: [BoardID: ContinuousClock.Instant] = [:]
        // Of a board that rests, or cannot be read, as many as there were when it could.
        var left: [BoardID: Int] = [:]
        var (renewed, looked) = (ContinuousClock.now, ContinuousClock.Instant?.none)
        while !Task.isCancelled, lead.holds() {
            let now = ContinuousClock.now
            if now - renewed >= options.renewal {
                // Redis that does not answer may do so again before the lease ends.
                _ = await takeLease()
                renewed = now
            }
            if looked.map({ now - $0 >= options.round }) ?? true {
                do { try await boards.look(on: redis.eventLoop) } catch { note(error) }
                looked = now
                resting = resting.filter { $0.value > now }
                let ids = Set(boards.stores.map(\.board.id))
                left = left.filter { ids.contains($0.key) }
            }
            let stores = boards.stores.filter { resting[$0.board.id].map { $0 <= now } ?? true }
            var isMore = false
            for start in stride(from: 0, to: stores.count, by: options.boards) {
                let some = Array(stores[start..<min(start + options.boards, stores.count)])
                for (store, turn) in zip(some, await some.mapAllAtOnce { await self.turn(of: $0) }) {
                    if let waiting = turn.waiting { left[store.board.id] = waiting > 0 ? waiting : nil }
                    isMore = isMore || turn.next == .atOnce
                    switch turn.next {
                    case .otherBoard: await boards.look(again: store.board.id, on: redis.eventLoop)
                    case .rest: resting[store.board.id] = now + options.rest
                    case .atOnce, .beat: break
                    }
                }
            }
            metrics.note(waiting: left.values.reduce(0, +))
            if !isMore { try? await Task.sleep(for: options.beat) }
        }
    }

    private struct Turn {
        enum Next { case beat, atOnce, rest, otherBoard }

        /// Entries that are left; nil: it is not known.
        var waiting: Int?
        var next = Next.beat
    }

    /// One page of a board's stream.
    private func turn(of store: ScoreStore) async -> Turn {
        var turn = Turn()
        do throws(ScoreStoreError) {
            let page = try await store.intake(on: redis.eventLoop)
            var waiting = page.waiting
            defer { turn.waiting = waiting }
            var rest = page.entries.map { IntakeReader.read($0, store.board.definition) }[...]
            while !rest.isEmpty {
                let outcome = try await store.takeIn(
                    rest,
                    limit: store.board.definition.serviceRateLimit ?? limit,
                    on: redis.eventLoop
                )
                switch outcome {
                case .settled(let ends):
                    for (entry, end) in zip(rest, ends) { note(end, entry, store) }
                    waiting -= min(waiting, ends.count { $0 != .waits })
                    rest = rest.dropFirst(ends.count)
                    if ends.contains(.waits) { return turn }
                case .ended: rest = rest.map { ReadIntake($0.id, .rejected($0.endOfBoard)) }[...]
                // By another instance, or by a call whose reply was lost.
                case .gone, .notBegun: return turn
                case .boardChanged:
                    turn.next = .otherBoard
                    return turn
                }
            }
            if waiting > 0 { turn.next = .atOnce }
        } catch {
            note(error, of: store)
            if case .unsoundBoard = error { turn.next = .rest }
        }
        return turn
    }

    private func note(_ end: IntakeEnd, _ entry: ReadIntake, _ store: ScoreStore) {
        metrics.note(end)
        let update: IntakeUpdate? = if case .update(let update) = entry.content { update } else { nil }
        let origin = UpdateOrigin(ip: update?.ip ?? "", requestID: entry.requestID)
        switch end {
        case .counted(let applied):
            guard let update, !applied.isReplay, applied.isInAudit else { return }
            audit.updated(
                update.update,
                by: update.actor,
                on: store.board.id,
                origin: origin,
                score: applied.score,
                seq: applied.seq,
                time: applied.time
            )
        case .held(let held):
            guard let update, !held.isReplay else { return }
            audit.held(update.update, held, by: update.actor, on: store.board.id, origin: origin)
        case .rejected(let code):
            audit.refused(
                code: code,
                on: store.board.id,
                origin: origin,
                user: update?.update.user.rawValue,
                by: update?.actor
            )
        case .waits: break
        }
    }

    private func note(_ error: ScoreStoreError, of store: ScoreStore? = nil) {
        guard let count = failures.countIfDue() else { return }
        var metadata: Logger.Metadata = ["count": "\(count)", "reason": "\(error)"]
        if let store { metadata["board"] = "\(store.board.id)" }
        logger.warning("what services write into streams waits", metadata: metadata)
    }
}

extension ReadIntake {
    /// By which it is rejected where the board takes nothing any more.
    fileprivate var endOfBoard: String {
        if case .rejected(let code) = content { code } else { "season_ended" }
    }
}
