import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1
import Text

/// `GET /api/v1/admin/boards/{board}/on-hold`: who is on hold. `POST /api/v1/admin/users/{id}/hold` and `…/unhold`, and of boards: all updates of a user wait for review from now on, or are judged as
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
            if !isHeld { await removeRule(store, act, request) }
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

    /// With the last who was on hold. If that cannot be done now, the next `unhold` does it, whoever is named.
    private func removeRule(_ store: ScoreStore, _ act: OperatorAct, _ request: Request) async {
        do throws(ScoreStoreError) {
            guard try await boards.catalogue.removeHoldRule(from: store, on: request.eventLoop) else { return }
            logger.note("board holds by hand no more", nil, on: store, by: act)
        } catch {
            logger.warning(
                "rule by hand could not be taken away",
                metadata: ["board": "\(store.board.id)", "error": "\(error)"]
            )
        }
    }

    /// `{"on_hold":[{"user_id":"ada","actor":"ops","time":…,"reason":"a look"}],"next":"ada"}`, by their ids.
    func list(_ request: Request) async -> Response {
        await adminPage { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: ["after", "limit"])
            let query = request.query
            guard query.values("after").count <= 1 else { throw .invalidQuery("after must be given once.") }
            let after = try query.valuesWithPlus("after").first.map { text throws(Refusal) in
                do { return try UserID(text) } catch { throw .invalidUserID("\(error)") }
            }
            let limit = try query.number("limit", in: 1...1000) ?? 100
            let store = try await boards.toOperate(request)
            let found: (users: [UserOnHold], next: UserID?)
            do throws(ScoreStoreError) {
                found = try await store.usersOnHold(after: after, limit: limit, on: request.eventLoop)
            } catch { throw Refusal(reading: error) }
            let next = found.next?.rawValue
            return (Self.page(found.users, next), next.map { NextPage(after: request, "after", $0) })
        }
    }

    private static func page(_ users: [UserOnHold], _ next: String?) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"on_hold":["#)
        for (index, one) in users.enumerated() {
            // Nothing in a user id has to be escaped.
            body.writeString(#"\#(index > 0 ? "," : ""){"user_id":"\#(one.user)","actor":"#)
            body.writeJSON(one.hand.actor)
            body.writeString(#","time":\#(one.hand.time),"reason":"#)
            body.writeJSON(one.hand.reason)
            body.writeStaticString("}")
        }
        body.writeString(#"],"next":\#(next.map { "\"\($0)\"" } ?? "null")}"#)
        return body
    }

    func routes(_ acts: ActsAcknowledged) -> [Route] {
        let bytes = AdminBody.maximumBytes
        return [
            .on(.GET, "/api/v1/admin/boards/{board}/on-hold", handler: list),
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
