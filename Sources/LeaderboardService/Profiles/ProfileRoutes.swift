import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `/api/v1/boards/{board}/users/{id}/profile`, and of `main` `/api/v1/users/{id}/profile`: what a user says of itself. Anybody may read
/// it, as the board; `PUT` replaces the whole of it, `DELETE` takes it away, both by the user's own token, or by an operator's. Of who is held, an operator's `PUT` is refused, too, unless it says
/// `?allow=true`. On a board that is frozen, strangers read what those say whose rows are shown.
struct ProfileRoutes: Sendable {
    /// Longest body in bytes: what is kept may have been written with escapes and white space.
    static let maximumBodyBytes = 4096

    let boards: RequestedBoard
    let operators: Operators
    let crossOrigin: CrossOrigin
    let audit: AuditLog

    var routes: [Route] {
        let (bytes, set, remove) = (Self.maximumBodyBytes, crossOrigin.opened(put), crossOrigin.opened(delete))
        let preflight = crossOrigin.preflightOfReads(and: "PUT, DELETE")
        return [
            .on(.GET, "/api/v1/users/{id}/profile", handler: read),
            .on(.PUT, "/api/v1/users/{id}/profile", maximumBodyBytes: bytes, handler: set),
            .on(.DELETE, "/api/v1/users/{id}/profile", handler: remove),
            .on(.OPTIONS, "/api/v1/users/{id}/profile", handler: preflight),
            .on(.GET, "/api/v1/boards/{board}/users/{id}/profile", handler: read),
            .on(.PUT, "/api/v1/boards/{board}/users/{id}/profile", maximumBodyBytes: bytes, handler: set),
            .on(.DELETE, "/api/v1/boards/{board}/users/{id}/profile", handler: remove),
            .on(.OPTIONS, "/api/v1/boards/{board}/users/{id}/profile", handler: preflight),
        ]
    }

    /// `{}` where nothing is said, and to strangers of who is suspended or hidden.
    func read(_ request: Request) async -> Response {
        do throws(Refusal) {
            let (id, user) = (try RequestedBoard.id(of: request), try Self.user(of: request))
            var (kept, isTakenOff) = try await boards.read(id, for: request, owner: user) {
                store throws(ScoreStoreError) -> (UserMetadata, Bool)? in
                let kept = try await store.shownMetadata(of: user, on: request.eventLoop)
                guard kept != .none else { return (kept, false) }
                return (kept, try await store.isTakenOff(user, on: request.eventLoop))
            }
            if isTakenOff, await !boards.seesHeld(request, user) { kept = .none }
            return Scoreboard.response(to: request, body: ByteBuffer(string: kept.json))
        } catch {
            return PublicRead.open(error.response)
        }
    }

    func put(_ request: Request) async -> Response {
        await change(request) { () throws(Refusal) in
            let body = try UpdateBody.json(of: request, maximumBytes: Self.maximumBodyBytes)
            do { return try UserMetadata(json: body, maximumBytes: Self.maximumBodyBytes) } catch {
                throw .invalidMetadata("\(error)")
            }
        }
    }

    func delete(_ request: Request) async -> Response {
        await change(request) { .none }
    }

    private func change(_ request: Request, to metadata: () throws(Refusal) -> UserMetadata) async -> Response {
        let origin = UpdateOrigin(request, boards.callers)
        var caller: UserID?
        do throws(Refusal) {
            let token = try await boards.callers.token(of: request)
            caller = token.subject
            let (id, user) = (try RequestedBoard.id(of: request), try Self.user(of: request))
            let metadata = try metadata()
            guard user == token.subject || token.scopes.contains(Operators.scope) else { throw .notYourProfile }
            guard token.isActive else { throw .userSuspended }
            let store = try await boards.board(id, request)
            try await boards.allowWriting(store, token, on: request.eventLoop)
            // Nobody has made it: its first update does.
            guard UnmadeBoard(store) == nil else { throw .boardNotFound }
            if user != token.subject {
                return try await operate(metadata, of: user, by: token.subject, on: store, request)
            }
            return try await keep(metadata, of: user, on: store, request)
        } catch {
            if error.isLogged {
                audit.refused(code: error.code, reason: error.reason, on: nil, origin: origin, user: caller?.rawValue)
            }
            return error.response
        }
    }

    private func keep(
        _ metadata: UserMetadata,
        of user: UserID,
        on store: ScoreStore,
        _ request: Request
    ) async throws(Refusal) -> Response {
        let outcome: ProfileOutcome
        do { outcome = try await store.setMetadata(metadata, of: user, on: request.eventLoop) } catch {
            throw Refusal(reading: error)
        }
        let limit = RateLimitHeaders(store.board.definition.rateLimit)
        switch outcome {
        case .kept(let state):
            var response = Response(.noContent)
            limit.add(state, to: &response.headers)
            return response
        case .rateLimited(let state):
            throw Refusal.rateLimited(retryAfter: state.retryAfterSeconds).held(against: limit, state)
        case .suspended: throw .userSuspended
        case .held: throw .profileHeld
        case .noBoard: throw .boardNotFound
        case .badDefinition:
            store.functions.reports.metUnsound(store.board.id)
            throw .boardUnsound
        }
    }

    /// An operator's token comes to another's profile: the audit tells it, and neither a token of updates nor a suspension matters.
    private func operate(
        _ metadata: UserMetadata,
        of user: UserID,
        by actor: UserID,
        on store: ScoreStore,
        _ request: Request
    ) async throws(Refusal) -> Response {
        let act = operators.act(request, by: actor, because: .none)
        let allows = try Self.allows(request.query)
        let isTaken: Bool
        do throws(ScoreStoreError) {
            isTaken = try await store.operateMetadata(
                metadata,
                of: user,
                allows: allows,
                by: act,
                on: request.eventLoop
            )
        } catch { throw Refusal(operating: error) }
        guard isTaken else { throw .profileStaysHeld }
        return Response(.noContent)
    }

    private static func allows(_ query: Query) throws(Refusal) -> Bool {
        let values = query.values("allow")
        guard !values.isEmpty else { return false }
        guard values == ["true"] else { throw .invalidQuery("allow must be true, or left out.") }
        return true
    }

    private static func user(of request: Request) throws(Refusal) -> UserID {
        do { return try UserID(request.parameters["id"] ?? "") } catch { throw .invalidUserID("\(error)") }
    }
}
