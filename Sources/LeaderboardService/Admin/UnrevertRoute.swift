import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `POST /api/v1/admin/audit/unrevert`, and of another board: updates that were taken back count again. `…/unrevert/preview` tells what it
/// would do.
struct UnrevertRoute: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let logger: Logger

    func answer(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let body = try AdminBody(request, members: AdminBody.unrevertMembers)
            let selection = try body.unrevertSelection()
            let act = operators.act(request, by: actor, because: try body.reason())
            let store = try await boards.toOperate(request)
            let returned: Reverted?
            do throws(ScoreStoreError) {
                returned = try await store.unrevert(selection, by: act, on: request.eventLoop)
            } catch {
                throw Refusal(operating: error)
            }
            let answer = try Self.answer(returned, to: selection)
            if let returned, returned.updates > 0 {
                logger.note("updates unreverted", returned.user, on: store, by: act)
            }
            return answer
        }
    }

    func preview(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let body = try AdminBody(request, members: AdminBody.unrevertMembers)
            let selection = try body.unrevertSelection()
            try body.checkReason()
            let store = try await boards.toOperate(request)
            let returned: Reverted?
            do throws(ScoreStoreError) {
                returned = try await store.unrevertPreview(selection, on: request.eventLoop)
            } catch {
                throw Refusal(operating: error)
            }
            return try Self.answer(returned, to: selection)
        }
    }

    private static func answer(_ returned: Reverted?, to selection: UnrevertSelection) throws(Refusal) -> ByteBuffer {
        guard let returned else {
            switch selection {
            case .reverts: throw .revertNotFound
            case .updates(.update): throw .updateNotFound
            case .updates: throw .userNotFound
            }
        }
        return RevertRoute.answer(returned)
    }

    func routes(_ acts: ActsAcknowledged) -> [Route] {
        let bytes = AdminBody.maximumBytes
        return [
            .on(.POST, "/api/v1/admin/audit/unrevert", maximumBodyBytes: bytes, handler: acts.after(answer)),
            .on(.POST, "/api/v1/admin/audit/unrevert/preview", maximumBodyBytes: bytes, handler: preview),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/audit/unrevert",
                maximumBodyBytes: bytes,
                handler: acts.after(answer)
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/audit/unrevert/preview",
                maximumBodyBytes: bytes,
                handler: preview
            ),
        ]
    }
}
