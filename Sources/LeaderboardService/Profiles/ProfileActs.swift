import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `POST /api/v1/admin/users/{id}/profile/blank` and `…/allow`, and the same of a board by its name: an operator takes away what a user
/// says of itself, which the user cannot set again then, and allows it again. The audit tells who did it, and why.
struct ProfileActs: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let acts: ActsAcknowledged
    let logger: Logger

    var routes: [Route] {
        let (bytes, blank, allow) = (AdminBody.maximumBytes, acts.after(blank), acts.after(allow))
        return [
            .on(.POST, "/api/v1/admin/users/{id}/profile/blank", maximumBodyBytes: bytes, handler: blank),
            .on(.POST, "/api/v1/admin/users/{id}/profile/allow", maximumBodyBytes: bytes, handler: allow),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/profile/blank",
                maximumBodyBytes: bytes,
                handler: blank
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/profile/allow",
                maximumBodyBytes: bytes,
                handler: allow
            ),
        ]
    }

    func blank(_ request: Request) async -> Response { await setHeld(true, request) }

    func allow(_ request: Request) async -> Response { await setHeld(false, request) }

    private func setHeld(_ isHeld: Bool, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let user: UserID
            do { user = try UserID(request.parameters["id"] ?? "") } catch { throw .invalidUserID("\(error)") }
            let act = operators.act(request, by: actor, because: try AdminBody(request, members: ["reason"]).reason())
            let store = try await boards.toOperate(request)
            let hasChanged: Bool
            do throws(ScoreStoreError) {
                hasChanged =
                    isHeld
                    ? try await store.blankMetadata(of: user, by: act, on: request.eventLoop)
                    : try await store.allowMetadata(of: user, by: act, on: request.eventLoop)
            } catch { throw Refusal(operating: error) }
            if hasChanged {
                logger.note(isHeld ? "profile taken away" : "profile allowed again", user, on: store, by: act)
            }
            return ByteBuffer(
                string: #"{"status":"success","user_id":"\#(user)","held":\#(isHeld),"changed":\#(hasChanged)}"#
            )
        }
    }
}
