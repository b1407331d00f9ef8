import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import Seasons
import Tracing

/// One update that a valid request wants.
struct WantedUpdate: Sendable {
    let store: ScoreStore
    /// Nil: the path of `main`, whose answers are those of one board.
    let board: BoardID?
    let call: UpdateCall
}

/// What became of an update that was not refused.
enum TakenUpdate: Sendable {
    case applied(AppliedUpdate)
    /// It waits for an operator's word.
    case held(HeldUpdate)

    var rateLimit: RateLimitState {
        switch self {
        case .applied(let applied): applied.rateLimit
        case .held(let held): held.rateLimit
        }
    }

    var isReplay: Bool {
        switch self {
        case .applied(let applied): applied.isReplay
        case .held(let held): held.isReplay
        }
    }
}

/// Makes updates: each in Redis in one atomic call, with what the log, the metrics and this instance's readers are told of it.
struct ScoreWriter: Sendable {
    let broadcaster: Broadcaster
    /// Nil: updates need no grant.
    let grants: Grants?
    let reporters: Reporters
    /// Of `main` as the environment says it is: made once.
    let rateLimit: RateLimitHeaders
    let audit: AuditLog
    /// Nil: nobody records traces.
    let spans: SpanRecorder?
    let metrics: UpdateMetrics

    /// What a service reports needs no grant, for grants are the word of such services. One that comes with it is used up nevertheless.
    func grant(
        for update: BoardUpdate,
        by hand: OtherHand?,
        on board: BoardID
    ) async throws(Refusal) -> ScoreGrant? {
        guard let grants, hand == nil || update.grant != nil else { return nil }
        return try await grants.verify(for: update, on: board)
    }

    func apply(
        _ wanted: WantedUpdate,
        with grant: ScoreGrant? = nil,
        for request: Request
    ) async throws(Refusal) -> UpdateOutcome {
        let span = request.span.flatMap { spans?.startCall("leaderboard_write", within: $0) }
        defer { span?.end() }
        do {
            let call = grant.map(wanted.call.with) ?? wanted.call
            return try await wanted.store.apply(call, on: request.eventLoop)
        } catch {
            span?.setStatus(SpanStatus(code: .error))
            throw Refusal(error)
        }
    }

    /// Of an update that no rule judges, as ``taken(_:_:)``.
    func applied(
        _ outcome: consuming UpdateOutcome,
        _ wanted: WantedUpdate
    ) throws(Refusal) -> AppliedUpdate? {
        switch try taken(outcome, wanted) {
        case .applied(let applied): return applied
        case .held: throw .outcomeUnknown
        case nil: return nil
        }
    }

    /// Nil: the board is another one than it was found to be, and nothing was written.
    @inline(never)
    func taken(_ outcome: consuming UpdateOutcome, _ wanted: WantedUpdate) throws(Refusal) -> TakenUpdate? {
        let board = wanted.store.board
        switch consume outcome {
        case .held(let held):
            metrics.held(isReplay: held.isReplay)
            if !held.met.isEmpty { metrics.met(held.met) }
            if !held.isReplay {
                let call = wanted.call
                audit.held(call.update, held, by: call.hand?.actor, on: wanted.board, origin: call.origin)
            }
            return .held(held)
        case .rejected(let state): throw Refusal.updateRejected.held(against: rateLimit(of: wanted), state)
        case .reviewQueueFull(let state, let met):
            metrics.met(met)
            throw Refusal.reviewQueueFull.held(against: rateLimit(of: wanted), state)
        case .applied(let applied):
            metrics.succeeded(isReplay: applied.isReplay)
            if !applied.met.isEmpty { metrics.met(applied.met) }
            broadcaster.acknowledged(applied.seq, on: board.id.rawValue)
            if !applied.isReplay, applied.isInAudit { record(wanted, applied) }
            // Redis held the update against this definition.
            guard board.definition.frozenSince != nil else { return .applied(applied) }
            return .applied(applied.onFrozenBoard(isOwn: wanted.call.hand?.isService != true))
        case .rateLimited(let state):
            let seconds = state.retryAfterSeconds
            let refusal =
                wanted.call.hand == nil
                ? Refusal.rateLimited(retryAfter: seconds) : .serviceRateLimited(retryAfter: seconds)
            throw refusal.held(against: rateLimit(of: wanted), state)
        case .suspended: throw .userSuspended
        case .scoreLimit(_, let window):
            throw wanted.board == nil && window == nil ? .scoreLimit : .scoreLimit(board.definition.scores, in: window)
        case .implausible(let rule, let state, let met):
            metrics.met(met)
            throw Refusal.implausible(rule).held(against: rateLimit(of: wanted), state)
        case .idempotencyKeyReused: throw .idempotencyKeyReused
        case .grantUsed: throw .grantUsed
        case .operatorNotAllowed:
            throw Refusal(ScoreUpdateError(.operator, "This board does not take this operator."))
        case .valueNotAllowed:
            throw Refusal(ScoreUpdateError(.scoreIncrease, "The board does not take so many points at once."))
        case .seasonEnded:
            guard wanted.call.update.season == nil, let end = board.seasons?.tournament?.season.until else {
                throw .seasonEnded
            }
            throw .boardEnded(end)
        case .seasonToCome: throw .seasonToCome
        case .seasonNotBegun(let from): throw .seasonNotBegun(from: from)
        // (One that cannot be read is that of a board that is being deleted, if it is not spoilt: a look tells which.)
        case .boardChanged, .noBoard, .badDefinition: return nil
        }
    }

    /// Of the bucket that the update was held against.
    func rateLimit(of wanted: WantedUpdate) -> RateLimitHeaders {
        if case .service(_, let limit) = wanted.call.hand { return RateLimitHeaders(limit, of: "service") }
        let board = wanted.store.board
        return board.source == .environment ? rateLimit : RateLimitHeaders(board.definition.rateLimit)
    }

    private func record(_ wanted: WantedUpdate, _ applied: AppliedUpdate) {
        audit.updated(
            wanted.call.update,
            by: wanted.call.hand?.actor,
            on: wanted.board,
            origin: wanted.call.origin,
            score: applied.score,
            seq: applied.seq,
            time: applied.time
        )
    }
}

extension UpdateOrigin {
    init(_ request: Request, _ callers: Callers) {
        self.init(
            ip: callers.address(of: request),
            requestID: request.id,
            trace: TraceID.of(request.span, request.headers)?.description
        )
    }
}

extension IdempotencyKey {
    /// Nil: the request has none.
    init?(_ headers: RequestHeaders) throws(Refusal) {
        switch headers.occurrence(of: "Idempotency-Key") {
        case .none: return nil
        case .once(let value):
            guard let key = try? IdempotencyKey(String(buffer: value)) else { throw .invalidIdempotencyKey() }
            self = key
        case .several: throw .invalidIdempotencyKey()
        }
    }
}
