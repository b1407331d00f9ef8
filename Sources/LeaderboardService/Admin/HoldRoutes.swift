import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `POST /api/v1/admin/users/{id}/hold` and `…/unhold`, and of boards: all updates of a user wait for review from now on, or are judged as
/// anybody's again. The board gets the rule by which that is done, if it does not have it.
struct HoldRoutes: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let logger: Logger

    private func set(_ isHeld: Bool, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let user = try UserRoutes.user(of: request)
            let act = operators.act(request, by: actor, because: try AdminBody(request, members: ["reason"]).reason())
            let store = try await boards.toOperate(request)
            let (isKnown, change): (Bool, HoldChange)
            do throws(ScoreStoreError) {
                let holding = try await store.holding(of: user, on: request.eventLoop)
                isKnown = holding.anyScore != nil || holding.isSuspended
                change = try await store.setOnHold(user, isHeld, by: act, on: request.eventLoop)
            } catch { throw Refusal(operating: error) }
            let outcome = change == .noRule ? try await addRule(user, store, act, request) : change
            if outcome == .done { logger.note(isHeld ? "user put on hold" : "user off hold", user, on: store, by: act) }
            let flags = #""on_hold":\#(isHeld),"changed":\#(outcome == .done),"known":\#(isKnown)"#
            return ByteBuffer(string: #"{"status":"success","user_id":"\#(user)",\#(flags)}"#)
        }
    }

    private func addRule(
        _ user: UserID,
        _ store: ScoreStore,
        _ act: OperatorAct,
        _ request: Request
    ) async throws(Refusal) -> HoldChange {
        let (outcome, change): (HoldRuleOutcome, HoldChange)
        do throws(ScoreStoreError) {
            outcome = try await boards.catalogue.addHoldRule(to: store.board.id, on: request.eventLoop)
            change =
                if case .stored = outcome {
                    try await store.setOnHold(user, true, by: act, on: request.eventLoop)
                } else { .noRule }
        } catch { throw Refusal(operating: error) }
        switch outcome {
        case .stored: break
        case .refused: throw .storeUnavailable
        }
        logger.note("board holds by hand", nil, on: store, by: act)
        // Somebody has taken the rule away again meanwhile.
        guard change != .noRule else { throw .storeUnavailable }
        return change
    }

    func routes(_ acts: ActsAcknowledged) -> [Route] {
        let bytes = AdminBody.maximumBytes
        return [
            .on(
                .POST,
                "/api/v1/admin/users/{id}/hold",
                maximumBodyBytes: bytes,
                handler: acts.after { await set(true, $0) }
            ),
            .on(
                .POST,
                "/api/v1/admin/users/{id}/unhold",
                maximumBodyBytes: bytes,
                handler: acts.after { await set(false, $0) }
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/hold",
                maximumBodyBytes: bytes,
                handler: acts.after { await set(true, $0) }
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/unhold",
                maximumBodyBytes: bytes,
                handler: acts.after { await set(false, $0) }
            ),
        ]
    }
}
