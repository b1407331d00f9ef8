import HTTPServer
import Leaderboard
import Logging
import NIOCore

/// `POST /api/v1/admin/boards/{board}/freeze` and `…/reveal`: from the one to the other nobody but operators sees the board, and each user
/// their own place; updates go on.
struct FreezeRoutes: Sendable {
    let operators: Operators
    let catalogue: Catalogue
    let logger: Logger

    func freeze(_ request: Request) async -> Response { await set(isFrozen: true, request) }

    func reveal(_ request: Request) async -> Response { await set(isFrozen: false, request) }

    private func set(isFrozen: Bool, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let id = try RequestedBoard.id(of: request)
            let act = operators.act(request, by: actor, because: try AdminBody(request, members: ["reason"]).reason())
            let changed: BoardDefinition?
            do throws(BoardLookupError) {
                changed = try await catalogue.freeze(id, isFrozen, by: act, on: request.eventLoop)
            } catch {
                if case .store(let error) = error { throw Refusal(operating: error) }
                throw Refusal(error)
            }
            if changed != nil {
                logger.info(
                    isFrozen ? "board frozen" : "board revealed",
                    metadata: ["board": "\(id)", "actor": "\(actor)", "request_id": "\(request.id)"]
                )
            }
            return ByteBuffer(
                string: #"{"status":"success","board":"\#(id)","frozen":\#(isFrozen),"changed":\#(changed != nil)}"#
            )
        }
    }
}
