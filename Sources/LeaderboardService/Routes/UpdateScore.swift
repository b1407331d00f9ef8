import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Tracing

/// `POST /api/v1/score/update`: token, body, ownership, then everything in Redis in one atomic call.
struct UpdateScore: Sendable {
    /// Longest body in bytes; a longer one is 413.
    static let maximumBodyBytes = 4096

    let callers: Callers
    let store: ScoreStore
    let catalogue: Catalogue
    let top: TopOfBoard
    /// Nil: updates need no grant.
    let grants: Grants?
    let maximumIncrease: Int
    let rateLimit: RateLimitHeaders
    let audit: AuditLog
    /// Nil: nobody records traces.
    let spans: SpanRecorder?
    let metrics: UpdateMetrics

    func answer(_ request: Request) async -> Response {
        let start = NIODeadline.now()
        let origin = UpdateOrigin(
            ip: callers.address(of: request),
            requestID: request.id,
            trace: TraceID.of(request.span, request.headers)?.description
        )
        var user: String?
        var asked: NIODeadline?
        defer { metrics.took(from: start, asked: asked, answered: .now()) }
        do throws(Refusal) {
            let token = try await callers.token(of: request)
            user = token.subject.rawValue
            let wish = try wish(in: request, of: token)
            let grant = try await grants?.verify(for: wish.update)
            asked = .now()
            let outcome = try await apply(wish, grant, origin: origin, request)
            return try answer(outcome, to: wish, origin)
        } catch {
            metrics.refused(error)
            if error.isLogged {
                audit.refused(code: error.code, reason: error.reason, origin: origin, user: user)
            }
            return error.response
        }
    }

    // What follows is kept out of line: what a function needs between two of its waits lies in memory that each request
    // gets anew, 3.4 KB of it where all of this is written into one.

    /// What a valid request asks for.
    private struct Wish {
        let update: ScoreUpdate
        let idempotencyKey: IdempotencyKey?
        let wantsRepresentation: Bool
    }

    @inline(never)
    private func wish(in request: Request, of token: VerifiedToken) throws(Refusal) -> Wish {
        let update = try Self.update(in: request, maximumIncrease: maximumIncrease)
        guard update.user == token.subject else { throw .notYourScore }
        guard token.isActive else { throw .userSuspended }
        let headers = request.headers
        return Wish(
            update: update,
            idempotencyKey: try Self.idempotencyKey(in: headers),
            wantsRepresentation: Preferences.wantsRepresentation(headers)
        )
    }

    private func apply(
        _ wish: Wish,
        _ grant: ScoreGrant?,
        origin: UpdateOrigin,
        _ request: Request
    ) async throws(Refusal) -> UpdateOutcome {
        let span = request.span.flatMap { spans?.startCall("leaderboard_write", within: $0) }
        defer { span?.end() }
        do throws(ScoreStoreError) {
            let outcome = try await apply(wish, grant, to: catalogue.known(.main) ?? store, origin: origin, request)
            guard case .boardChanged = outcome else { return outcome }
        } catch {
            span?.setStatus(SpanStatus(code: .error))
            throw Refusal(error)
        }
        do throws(BoardLookupError) {
            return try await applyAnew(wish, grant, origin: origin, request)
        } catch {
            span?.setStatus(SpanStatus(code: .error))
            throw Refusal(error)
        }
    }

    private func apply(
        _ wish: Wish,
        _ grant: ScoreGrant?,
        to store: ScoreStore,
        origin: UpdateOrigin,
        _ request: Request
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        try await store.apply(
            BoardUpdate(wish.update),
            origin: origin,
            idempotencyKey: wish.idempotencyKey,
            grant: grant,
            withRank: wish.wantsRepresentation,
            on: request.eventLoop
        )
    }

    /// An operator has stored a definition, or changed it.
    @inline(never)
    private func applyAnew(
        _ wish: Wish,
        _ grant: ScoreGrant?,
        origin: UpdateOrigin,
        _ request: Request
    ) async throws(BoardLookupError) -> UpdateOutcome {
        catalogue.forget(.main)
        return try await catalogue.calling(.main) { (catalogue) async throws(BoardLookupError) in
            try await catalogue.board(.main, on: request.eventLoop)
        } _: { (store) async throws(ScoreStoreError) -> UpdateOutcome? in
            let outcome = try await apply(wish, grant, to: store, origin: origin, request)
            if case .boardChanged = outcome { return nil }
            return outcome
        }
    }

    @inline(never)
    private func answer(
        _ outcome: UpdateOutcome,
        to wish: Wish,
        _ origin: UpdateOrigin
    ) throws(Refusal) -> Response {
        switch outcome {
        case .applied(let applied):
            metrics.succeeded(isReplay: applied.isReplay)
            top.acknowledged(applied.seq)
            if !applied.isReplay { record(wish.update, applied, origin) }
            return success(wish.update, applied, wantsRepresentation: wish.wantsRepresentation)
        case .rateLimited(let state):
            var refusal = Refusal.rateLimited(retryAfter: state.retryAfterSeconds)
            rateLimit.add(state, to: &refusal.headers)
            throw refusal
        case .suspended: throw .userSuspended
        case .scoreLimit: throw .scoreLimit
        case .idempotencyKeyReused: throw .idempotencyKeyReused
        case .grantUsed: throw .grantUsed
        // Of a board whose operator stored a definition: it is read anew.
        case .operatorNotAllowed, .valueNotAllowed, .noBoard, .badDefinition, .boardChanged: throw .storeUnavailable
        }
    }

    private func success(_ update: ScoreUpdate, _ applied: AppliedUpdate, wantsRepresentation: Bool) -> Response {
        var headers = ResponseHeaders(reserving: 192)
        headers.add(piece: "Content-Type: application/json\r\n")
        rateLimit.add(applied.rateLimit, to: &headers)
        if applied.isReplay { headers.add(name: "Idempotency-Replayed", value: "true") }
        guard wantsRepresentation else { return Response(.ok, headers: headers, body: UpdateBody.plain) }
        headers.add(name: "Preference-Applied", value: "return=representation")
        return Response(.ok, headers: headers, body: UpdateBody.representation(update.user, applied))
    }

    private func record(_ update: ScoreUpdate, _ applied: AppliedUpdate, _ origin: UpdateOrigin) {
        audit.updated(
            user: update.user.rawValue,
            origin: origin,
            increase: update.increase.rawValue,
            score: applied.score,
            seq: applied.seq,
            time: applied.time
        )
    }

    private static func update(in request: Request, maximumIncrease: Int) throws(Refusal) -> ScoreUpdate {
        guard MediaType.isJSON(request.headers) else { throw .unsupportedMediaType }
        guard case .complete(let body) = request.body else { throw .bodyTooLarge(maximumBodyBytes) }
        do {
            return try ScoreUpdate(json: body, maximumIncrease: maximumIncrease)
        } catch {
            throw Refusal(error)
        }
    }

    private static func idempotencyKey(in headers: RequestHeaders) throws(Refusal) -> IdempotencyKey? {
        switch headers.occurrence(of: "Idempotency-Key") {
        case .none: return nil
        case .once(let value):
            guard let key = try? IdempotencyKey(String(buffer: value)) else { throw .invalidIdempotencyKey() }
            return key
        case .several: throw .invalidIdempotencyKey()
        }
    }
}
