import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1
import Seasons

/// `POST /api/v1/admin/users/{id}/adjust`, and of another board: an operator adds or takes points, or says the score. It is an update of
/// that user, in the audit with the operator and the reason, and reaches windows and segments as each does; of the board's rules only
/// the bounds of a score hold. With an `Idempotency-Key`, which is the operator's own, a retry counts once.
struct AdjustRoute: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let writer: ScoreWriter
    let logger: Logger

    func answer(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let user = try UserRoutes.user(of: request)
            let body = try AdminBody(request, members: AdminBody.adjustMembers)
            let adjustment = try body.adjustment()
            let act = operators.act(request, by: actor, because: try body.reason())
            let key = try IdempotencyKey(request.headers)
            for _ in boards.catalogue.tries(of: try RequestedBoard.id(of: request)) {
                let store = try await boards.toOperate(request)
                if let unmade = UnmadeBoard(store) { try await boards.makeRoom(for: unmade, actor, request) }
                let wanted = WantedUpdate(
                    store: store,
                    board: store.board.id,
                    call: UpdateCall(
                        update: BoardUpdate(user: user, adjustment.operation, adjustment.value),
                        origin: act.origin,
                        idempotencyKey: key,
                        withRank: false,
                        hand: .operator(actor, act.reason)
                    )
                )
                let outcome = try await writer.apply(wanted, for: request)
                guard let applied = try writer.applied(outcome, wanted) else { continue }
                if applied.isChange, !applied.isReplay { logger.note("score adjusted", user, on: store, by: act) }
                return ByteBuffer(
                    string:
                        #"{"status":"success","user_id":"\#(user)","score":\#(applied.score),"seq":\#(applied.seq),"#
                        + #""changed":\#(applied.isChange)"# + (applied.isReplay ? #","replayed":true}"# : "}")
                )
            }
            throw .storeUnavailable
        }
    }

    /// What it would come to; windows and segments may have bounds of their own to say.
    func preview(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let user = try UserRoutes.user(of: request)
            let body = try AdminBody(request, members: AdminBody.adjustMembers)
            let adjustment = try body.adjustment()
            try body.checkReason()
            let store = try await boards.toOperate(request)
            let (holding, now): (Holding, Int)
            do throws(ScoreStoreError) {
                holding = try await store.holding(of: user, on: request.eventLoop)
                now = try await store.time(on: request.eventLoop)
            } catch {
                throw Refusal(reading: error)
            }
            if let tournament = store.board.seasons?.tournament?.season {
                guard now >= tournament.from else { throw .seasonNotBegun(from: tournament.from) }
                guard now < tournament.until else { throw .boardEnded(tournament.until) }
            }
            guard !holding.isSuspended || holding.isHidden else { throw .userSuspended }
            let held = holding.isHidden ? holding.withheld : holding.score
            let definition = store.board.definition
            guard let score = adjustment.score(after: held, by: definition) else {
                throw .scoreLimit(definition.scores, in: nil)
            }
            let before = held.map(String.init) ?? "null"
            return ByteBuffer(
                string: #"{"status":"success","user_id":"\#(user)","score":\#(score),"score_before":\#(before)}"#
            )
        }
    }

    var routes: [Route] {
        let bytes = AdminBody.maximumBytes
        return [
            .on(.POST, "/api/v1/admin/users/{id}/adjust", maximumBodyBytes: bytes, handler: answer),
            .on(.POST, "/api/v1/admin/users/{id}/adjust/preview", maximumBodyBytes: bytes, handler: preview),
            .on(.POST, "/api/v1/admin/boards/{board}/users/{id}/adjust", maximumBodyBytes: bytes, handler: answer),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/adjust/preview",
                maximumBodyBytes: bytes,
                handler: preview
            ),
        ]
    }
}
