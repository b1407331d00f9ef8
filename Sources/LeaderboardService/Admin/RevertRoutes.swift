import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `POST /api/v1/admin/audit/revert` and `…/unrevert`, and of another board: updates are taken back, or count again. `…/preview` tells what
/// that would do; it is a path of its own, not a member of the body: an edition that does not know it answers 404, and does nothing.
struct RevertRoutes: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let logger: Logger

    private func answer(_ word: Word, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let body = try AdminBody(request, members: word.members)
            let selection = try Selection(word, body)
            let act = operators.act(request, by: actor, because: try body.reason())
            let store = try await boards.toOperate(request)
            let reverted: Reverted?
            do throws(ScoreStoreError) {
                reverted = try await selection.carryOut(on: store, by: act, request.eventLoop)
            } catch { throw Refusal(operating: error) }
            guard let reverted else { throw selection.notFound }
            if reverted.updates > 0 { logger.note(word.done, reverted.user, on: store, by: act) }
            return Self.answer(reverted)
        }
    }

    private func preview(_ word: Word, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let body = try AdminBody(request, members: word.members)
            let selection = try Selection(word, body)
            try body.checkReason()
            let store = try await boards.toOperate(request)
            let reverted: Reverted?
            do throws(ScoreStoreError) { reverted = try await selection.preview(on: store, request.eventLoop) } catch {
                throw Refusal(operating: error)
            }
            guard let reverted else { throw selection.notFound }
            return Self.answer(reverted)
        }
    }

    private static func answer(_ reverted: Reverted) -> ByteBuffer {
        let score = reverted.score.map(String.init) ?? "null"
        return ByteBuffer(
            string: #"{"status":"success","user_id":"\#(reverted.user)","updates":\#(reverted.updates),"#
                + #""points":\#(reverted.points),"score":\#(score)\#(AuditJSON.finalSeasons(reverted.finalSeasons))}"#
        )
    }

    func routes(_ acts: ActsAcknowledged) -> [Route] {
        let bytes = AdminBody.maximumBytes
        return [
            .on(
                .POST,
                "/api/v1/admin/audit/revert",
                maximumBodyBytes: bytes,
                handler: acts.after { await answer(.revert, $0) }
            ),
            .on(.POST, "/api/v1/admin/audit/revert/preview", maximumBodyBytes: bytes) { await preview(.revert, $0) },
            .on(
                .POST,
                "/api/v1/admin/audit/unrevert",
                maximumBodyBytes: bytes,
                handler: acts.after { await answer(.unrevert, $0) }
            ),
            .on(.POST, "/api/v1/admin/audit/unrevert/preview", maximumBodyBytes: bytes) {
                await preview(.unrevert, $0)
            },
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/audit/revert",
                maximumBodyBytes: bytes,
                handler: acts.after { await answer(.revert, $0) }
            ),
            .on(.POST, "/api/v1/admin/boards/{board}/audit/revert/preview", maximumBodyBytes: bytes) {
                await preview(.revert, $0)
            },
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/audit/unrevert",
                maximumBodyBytes: bytes,
                handler: acts.after { await answer(.unrevert, $0) }
            ),
            .on(.POST, "/api/v1/admin/boards/{board}/audit/unrevert/preview", maximumBodyBytes: bytes) {
                await preview(.unrevert, $0)
            },
        ]
    }

    private enum Word {
        case revert, unrevert

        var members: [String] { self == .revert ? AdminBody.revertMembers : AdminBody.unrevertMembers }
        var done: Logger.Message { self == .revert ? "updates reverted" : "updates unreverted" }
    }

    private enum Selection {
        case revert(RevertSelection)
        case unrevert(UnrevertSelection)

        init(_ word: Word, _ body: AdminBody) throws(Refusal) {
            switch word {
            case .revert: self = .revert(try body.revertSelection())
            case .unrevert: self = .unrevert(try body.unrevertSelection())
            }
        }

        /// Nil: there is nothing of that.
        func carryOut(
            on store: ScoreStore,
            by act: OperatorAct,
            _ eventLoop: any EventLoop
        ) async throws(ScoreStoreError) -> Reverted? {
            switch self {
            case .revert(let selection): try await store.revert(selection, by: act, on: eventLoop)
            case .unrevert(let selection): try await store.unrevert(selection, by: act, on: eventLoop)
            }
        }

        func preview(on store: ScoreStore, _ eventLoop: any EventLoop) async throws(ScoreStoreError) -> Reverted? {
            switch self {
            case .revert(let selection): try await store.revertPreview(selection, on: eventLoop)
            case .unrevert(let selection): try await store.unrevertPreview(selection, on: eventLoop)
            }
        }

        var notFound: Refusal {
            switch self {
            case .unrevert(.reverts): .revertNotFound
            case .revert(.update), .unrevert(.updates(.update)): .updateNotFound
            case .revert, .unrevert: .userNotFound
            }
        }
    }
}

extension Logger {
    /// An operator changed the board. The audit has the reason.
    func note(_ what: Message, _ user: UserID?, on store: ScoreStore, by act: OperatorAct) {
        var metadata: Metadata = [
            "board": "\(store.board.id)", "actor": "\(act.actor)", "request_id": "\(act.origin.requestID)",
        ]
        if let user { metadata["user_id"] = "\(user)" }
        info(what, metadata: metadata)
    }
}
