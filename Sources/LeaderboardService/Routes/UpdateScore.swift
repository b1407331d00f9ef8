import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `POST /api/v1/score/update`, and of another board than `main` `POST /api/v1/boards/{board}/score/update`: token, board, body,
/// ownership, then everything in Redis in one atomic call. A class, for each request would copy what a structure has in it.
final class UpdateScore: Sendable {
    /// Longest body in bytes; a longer one is 413.
    static let maximumBodyBytes = ScoreUpdate.maximumJSONBytes

    let callers: Callers
    let boards: RequestedBoard
    let writer: ScoreWriter
    private let takesGrants: Bool

    init(callers: Callers, boards: RequestedBoard, writer: ScoreWriter) {
        self.callers = callers
        self.boards = boards
        self.writer = writer
        takesGrants = writer.grants != nil
    }

    func answer(_ request: Request) async -> Response {
        var attempt = UpdateAttempt(request, callers)
        defer { writer.ended(attempt) }
        do throws(Refusal) {
            let token = try await callers.token(of: request)
            attempt.note(token)
            let id = try RequestedBoard.id(of: request)
            // Once, unless the board's definition changes meanwhile.
            for isAgain in boards.catalogue.tries(of: id) {
                let store = try await boards.toWrite(id, isFresh: isAgain, on: request.eventLoop)
                try await boards.allowWriting(store, token, on: request.eventLoop)
                let wanted = try wanted(in: request, of: token, on: store, attempt.origin)
                let grant = try await writer.grant(for: wanted.call.update, by: wanted.call.hand, on: id)
                if let unmade = UnmadeBoard(store) { try await boards.makeRoom(for: unmade, token.subject, request) }
                attempt.asksRedis()
                let outcome = try await writer.apply(wanted, with: grant, for: request)
                if let response = try answer(outcome, to: wanted) { return response }
            }
            throw Refusal.storeUnavailable
        } catch {
            writer.refused(error, attempt, on: Self.namedBoard(of: request))
            return error.response
        }
    }

    /// Nil: the path of `main`, or what is no name.
    private static func namedBoard(of request: Request) -> BoardID? {
        request.parameters[RequestedBoard.parameter].flatMap { try? BoardID($0) }
    }

    /// The usual update, without a task: its sender and its board are known, and nobody but Redis has to be waited for.
    @Sendable func begin(_ request: Request, _ tell: @escaping @Sendable (Response?) -> Void) -> Bool {
        let start = NIODeadline.now()
        guard !takesGrants, request.span == nil, let token = callers.knownToken(of: request),
            let id = try? RequestedBoard.id(of: request), let store = boards.knownToWrite(id, on: request.eventLoop),
            let wanted = try? wanted(in: request, of: token, on: store, UpdateOrigin(request, callers))
        else { return false }
        let asked = NIODeadline.now()
        return store.begin(wanted.call, on: request.eventLoop) { outcome in
            let response = self.answer(outcome, to: wanted)
            if response != nil { self.writer.metrics.took(from: start, asked: asked, answered: .now()) }
            tell(response)
        }
    }

    /// Nil: the board is another one than it was found to be, and nothing was written.
    private func answer(_ outcome: Result<UpdateOutcome, ScoreStoreError>, to wanted: WantedUpdate) -> Response? {
        do throws(Refusal) {
            switch outcome {
            case .success(let outcome): return try answer(outcome, to: wanted)
            case .failure(let error): throw Refusal(error)
            }
        } catch {
            writer.refused(error, wanted)
            return error.response
        }
    }

    // What follows is kept out of line: what a function needs between two of its waits lies in memory that each request
    // gets anew, kilobytes of it where all of this is written into one.

    @inline(never)
    private func wanted(
        in request: Request,
        of token: VerifiedToken,
        on store: ScoreStore,
        _ origin: UpdateOrigin
    ) throws(Refusal) -> WantedUpdate {
        let hasBoard = request.parameters[RequestedBoard.parameter] != nil
        let update = try Self.update(in: request, of: store.board.definition, isMain: !hasBoard)
        let hand = try writer.reporters.hand(of: token, writing: update.user, on: store.board)
        guard token.isActive else { throw .userSuspended }
        let headers = request.headers
        return WantedUpdate(
            store: store,
            board: hasBoard ? store.board.id : nil,
            call: UpdateCall(
                update: update,
                origin: origin,
                idempotencyKey: try IdempotencyKey(headers),
                withRank: Preferences.wantsRepresentation(headers),
                hand: hand
            )
        )
    }

    private static func update(
        in request: Request,
        of definition: BoardDefinition,
        isMain: Bool
    ) throws(Refusal) -> BoardUpdate {
        let body = try UpdateBody.json(of: request, maximumBytes: maximumBodyBytes)
        do throws(ScoreUpdateError) {
            // Where windows end, an update may name its season, and where there are segments, those, by this path too.
            guard isMain, definition.windows.seasonal.isEmpty, definition.segments.isEmpty else {
                return try BoardUpdate(json: body, of: definition)
            }
            return BoardUpdate(try ScoreUpdate(json: body, maximumIncrease: definition.maximumIncrease))
        } catch {
            throw Refusal(error)
        }
    }

    /// Nil: the board is another one than it was found to be, and nothing was written.
    @inline(never)
    private func answer(_ outcome: UpdateOutcome, to wanted: WantedUpdate) throws(Refusal) -> Response? {
        try writer.taken(outcome, wanted).map { success(wanted, $0) }
    }

    private func success(_ wanted: WantedUpdate, _ taken: TakenUpdate) -> Response {
        var headers = ResponseHeaders(reserving: 192)
        headers.add(piece: "Content-Type: application/json\r\n")
        writer.rateLimit(of: wanted).add(taken.rateLimit, to: &headers)
        if taken.isReplay { headers.add(name: "Idempotency-Replayed", value: "true") }
        let applied: AppliedUpdate
        switch taken {
        case .held(let held): return Response(.accepted, headers: headers, body: UpdateBody.held(held))
        case .applied(let counted): applied = counted
        }
        guard wanted.call.withRank else { return Response(.ok, headers: headers, body: UpdateBody.plain) }
        headers.add(name: "Preference-Applied", value: "return=representation")
        let body =
            wanted.board.map { UpdateBody.representation(wanted.call.update.user, on: $0, applied) }
            ?? UpdateBody.representation(wanted.call.update.user, applied)
        return Response(.ok, headers: headers, body: body)
    }
}
