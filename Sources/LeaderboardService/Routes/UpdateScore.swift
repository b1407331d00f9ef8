import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `POST /api/v1/score/update`: token, body, ownership, then everything in Redis in one atomic call.
struct UpdateScore: Sendable {
    /// Longest body in bytes; a longer one is 413.
    static let maximumBodyBytes = 4096

    let callers: Callers
    let store: ScoreStore
    let top: TopOfBoard
    /// Nil: updates need no grant.
    let grants: Grants?
    let maximumIncrease: Int
    let rateLimit: RateLimitHeaders
    let audit: AuditLog
    let metrics: UpdateMetrics

    func answer(_ request: Request) async -> Response {
        let start = NIODeadline.now()
        let ip = callers.address(of: request)
        var user: String?
        var asked: NIODeadline?
        defer { metrics.took(from: start, asked: asked, answered: .now()) }
        do {
            let token = try await callers.token(of: request)
            user = token.subject.rawValue
            let update = try Self.update(in: request, maximumIncrease: maximumIncrease)
            guard update.user == token.subject else { throw Refusal.notYourScore }
            guard token.isActive else { throw Refusal.userSuspended }
            let key = try Self.idempotencyKey(in: request.headers)
            let grant = try await grants?.verify(for: update)
            let wantsRepresentation = Preferences.wantsRepresentation(request.headers)

            asked = .now()
            let outcome: UpdateOutcome
            do {
                outcome = try await store.apply(
                    update,
                    origin: UpdateOrigin(ip: ip, requestID: request.id),
                    idempotencyKey: key,
                    grant: grant,
                    withRank: wantsRepresentation,
                    on: request.eventLoop
                )
            } catch { throw Refusal(error) }

            switch outcome {
            case .applied(let applied):
                metrics.succeeded(isReplay: applied.isReplay)
                top.acknowledged(applied.seq)
                if !applied.isReplay { record(update, applied, ip: ip, requestID: request.id) }
                return success(update, applied, wantsRepresentation: wantsRepresentation)
            case .rateLimited(let state):
                var refusal = Refusal.rateLimited(retryAfter: state.retryAfterSeconds)
                rateLimit.add(state, to: &refusal.headers)
                throw refusal
            case .suspended: throw Refusal.userSuspended
            case .scoreLimit: throw Refusal.scoreLimit
            case .idempotencyKeyReused: throw Refusal.idempotencyKeyReused
            case .grantUsed: throw Refusal.grantUsed
            }
        } catch let refusal as Refusal {
            metrics.refused(refusal)
            if refusal.isLogged { audit.refused(code: refusal.code, ip: ip, user: user, requestID: request.id) }
            return refusal.response
        } catch {
            return Refusal.outcomeUnknown.response
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

    private func record(_ update: ScoreUpdate, _ applied: AppliedUpdate, ip: String, requestID: String) {
        audit.updated(
            user: update.user.rawValue,
            ip: ip,
            increase: update.increase.rawValue,
            score: applied.score,
            seq: applied.seq,
            requestID: requestID,
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
