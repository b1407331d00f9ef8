import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Tracing

/// `POST /api/v1/score/update`, and of another board than `main` `POST /api/v1/boards/{board}/score/update`: token, board, body,
/// ownership, then everything in Redis in one atomic call.
struct UpdateScore: Sendable {
    /// Longest body in bytes; a longer one is 413.
    static let maximumBodyBytes = 4096

    let callers: Callers
    let boards: RequestedBoard
    let top: TopOfBoard
    /// Nil: updates need no grant.
    let grants: Grants?
    /// Of `main` as the environment says it is: made once.
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
            let id = try RequestedBoard.id(of: request)
            // Once, unless the board's definition changes meanwhile.
            for isAgain in boards.catalogue.tries(of: id) {
                let store = try await boards.toWrite(id, isFresh: isAgain, on: request.eventLoop)
                let wish = try wish(in: request, of: token, on: store)
                let grant = try await grants?.verify(for: wish.update, on: wish.store.board.id)
                asked = asked ?? .now()
                let outcome = try await apply(wish, grant, origin: origin, request)
                if let response = try answer(outcome, to: wish, origin) { return response }
            }
            throw Refusal.storeUnavailable
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
        let store: ScoreStore
        /// Nil: the path of `main`, whose answers are those of one board.
        let board: BoardID?
        let update: BoardUpdate
        let idempotencyKey: IdempotencyKey?
        let wantsRepresentation: Bool
    }

    @inline(never)
    private func wish(
        in request: Request,
        of token: VerifiedToken,
        on store: ScoreStore
    ) throws(Refusal) -> Wish {
        let hasBoard = request.parameters[RequestedBoard.parameter] != nil
        let update = try Self.update(in: request, of: store.board.definition, isMain: !hasBoard)
        guard update.user == token.subject else { throw .notYourScore }
        guard token.isActive else { throw .userSuspended }
        let headers = request.headers
        return Wish(
            store: store,
            board: hasBoard ? store.board.id : nil,
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
        do {
            return try await wish.store.apply(
                wish.update,
                origin: origin,
                idempotencyKey: wish.idempotencyKey,
                grant: grant,
                withRank: wish.wantsRepresentation,
                on: request.eventLoop
            )
        } catch {
            span?.setStatus(SpanStatus(code: .error))
            throw Refusal(error)
        }
    }

    /// Nil: the board is another one than it was found to be, and nothing was written.
    @inline(never)
    private func answer(
        _ outcome: UpdateOutcome,
        to wish: Wish,
        _ origin: UpdateOrigin
    ) throws(Refusal) -> Response? {
        switch outcome {
        case .applied(let applied):
            metrics.succeeded(isReplay: applied.isReplay)
            if wish.store.board.id == .main { top.acknowledged(applied.seq) }
            if !applied.isReplay, applied.isChange { record(wish, applied, origin) }
            return success(wish, applied)
        case .rateLimited(let state):
            var refusal = Refusal.rateLimited(retryAfter: state.retryAfterSeconds)
            rateLimit(of: wish.store.board).add(state, to: &refusal.headers)
            throw refusal
        case .suspended: throw .userSuspended
        case .scoreLimit: throw wish.board == nil ? .scoreLimit : .scoreLimit(wish.store.board.definition.scores)
        case .idempotencyKeyReused: throw .idempotencyKeyReused
        case .grantUsed: throw .grantUsed
        case .operatorNotAllowed: throw Refusal(.invalidOperator("This board does not take this operator."))
        case .valueNotAllowed: throw Refusal(.invalidScoreIncrease("The board does not take so many points at once."))
        case .boardChanged, .noBoard: return nil
        case .badDefinition: throw .storeUnavailable
        }
    }

    private func success(_ wish: Wish, _ applied: AppliedUpdate) -> Response {
        var headers = ResponseHeaders(reserving: 192)
        headers.add(piece: "Content-Type: application/json\r\n")
        rateLimit(of: wish.store.board).add(applied.rateLimit, to: &headers)
        if applied.isReplay { headers.add(name: "Idempotency-Replayed", value: "true") }
        guard wish.wantsRepresentation else { return Response(.ok, headers: headers, body: UpdateBody.plain) }
        headers.add(name: "Preference-Applied", value: "return=representation")
        let body =
            wish.board.map { UpdateBody.representation(wish.update.user, on: $0, applied) }
            ?? UpdateBody.representation(wish.update.user, applied)
        return Response(.ok, headers: headers, body: body)
    }

    private func rateLimit(of board: StoredBoard) -> RateLimitHeaders {
        board.source == .environment ? rateLimit : RateLimitHeaders(board.definition.rateLimit)
    }

    private func record(_ wish: Wish, _ applied: AppliedUpdate, _ origin: UpdateOrigin) {
        audit.updated(
            wish.update,
            on: wish.board,
            origin: origin,
            score: applied.score,
            seq: applied.seq,
            time: applied.time
        )
    }

    private static func update(
        in request: Request,
        of definition: BoardDefinition,
        isMain: Bool
    ) throws(Refusal) -> BoardUpdate {
        guard MediaType.isJSON(request.headers) else { throw .unsupportedMediaType }
        guard case .complete(let body) = request.body else { throw .bodyTooLarge(maximumBodyBytes) }
        do throws(ScoreUpdateError) {
            guard isMain else { return try BoardUpdate(json: body, of: definition) }
            return BoardUpdate(try ScoreUpdate(json: body, maximumIncrease: definition.maximumIncrease))
        } catch {
            throw Refusal(error)
        }
    }

    static func idempotencyKey(in headers: RequestHeaders) throws(Refusal) -> IdempotencyKey? {
        switch headers.occurrence(of: "Idempotency-Key") {
        case .none: return nil
        case .once(let value):
            guard let key = try? IdempotencyKey(String(buffer: value)) else { throw .invalidIdempotencyKey() }
            return key
        case .several: throw .invalidIdempotencyKey()
        }
    }
}
