import HTTPServer
import Leaderboard
import Logging
import NIOCore

/// `POST /api/v1/admin/boards/{board}/freeze` and `…/reveal`: from the one to the other nobody but operators sees the board, and each user
/// their own place; updates go on. With `hidden`, a reveal is a step of one place by place: so many of the best stay covered.
struct FreezeRoutes: Sendable {
    let operators: Operators
    let catalogue: Catalogue
    let logger: Logger

    func freeze(_ request: Request) async -> Response { await set(isFrozen: true, request) }

    func reveal(_ request: Request) async -> Response { await set(isFrozen: false, request) }

    /// A step of a reveal place by place. Nil: the board is to be shown as it is, or is.
    private func uncovered(
        _ body: AdminBody,
        _ id: BoardID,
        by act: OperatorAct,
        _ request: Request
    ) async throws(Refusal) -> Uncovering? {
        guard let covered = try body.number("hidden", in: 0...Catalogue.coverable.upperBound), covered > 0 else {
            return nil
        }
        do throws(BoardLookupError) {
            return try await catalogue.uncover(id, downTo: covered, by: act, on: request.eventLoop)
        } catch { throw Refusal(changing: error) }
    }

    private func set(isFrozen: Bool, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let id = try RequestedBoard.id(of: request)
            let body = try AdminBody(request, members: isFrozen ? ["reason"] : ["reason", "hidden"])
            let act = operators.act(request, by: actor, because: try body.reason())
            if !isFrozen, let step = try await uncovered(body, id, by: act, request) {
                if step.isDone {
                    logger.info(
                        "places of a board uncovered",
                        metadata: [
                            "board": "\(id)", "hidden": "\(step.covered)", "actor": "\(actor)",
                            "request_id": "\(request.id)",
                        ]
                    )
                }
                return ByteBuffer(
                    string: #"{"status":"success","board":"\#(id)","frozen":true,"changed":\#(step.isDone),"#
                        + #""hidden":\#(step.covered)}"#
                )
            }
            let changed: BoardDefinition?
            do throws(BoardLookupError) {
                changed = try await catalogue.freeze(id, isFrozen, by: act, on: request.eventLoop)
            } catch { throw Refusal(changing: error) }
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

extension Refusal {
    fileprivate init(changing error: BoardLookupError) {
        if case .store(let error) = error { self.init(operating: error) } else { self.init(error) }
    }
}
