import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `/api/v1/admin/users/{id}…`: show, suspend, hide, reinstate, erase and export one user.
struct UserRoutes: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let logger: Logger

    func suspend(_ request: Request) async -> Response {
        await carryOut(.suspend, request)
    }

    /// Who is hidden goes on scoring, and only they see themselves.
    func hide(_ request: Request) async -> Response {
        await carryOut(.hide, request)
    }

    /// Who is suspended and not hidden stays so.
    func unhide(_ request: Request) async -> Response {
        await carryOut(.unhide, request)
    }

    func reinstate(_ request: Request) async -> Response {
        await carryOut(.reinstate, request)
    }

    private enum Act {
        case suspend, hide, unhide, reinstate

        var done: Logger.Message {
            switch self {
            case .suspend: "user suspended"
            case .hide: "user hidden"
            case .unhide: "user shown again"
            case .reinstate: "user reinstated"
            }
        }
    }

    private func carryOut(_ wanted: Act, _ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let user = try Self.user(of: request)
            let act = operators.act(request, by: actor, because: try AdminBody(request, members: ["reason"]).reason())
            let store = try await boards.toOperate(request)
            let (isKnown, change): (Bool, SuspensionChange)
            let isOther: Bool
            do throws(ScoreStoreError) {
                let holding = try await store.holding(of: user, on: request.eventLoop)
                isKnown = holding.anyScore != nil || holding.isSuspended
                isOther = holding.isSuspended && !holding.isHidden
                change =
                    switch wanted {
                    case .suspend: try await store.suspend(user, by: act, on: request.eventLoop)
                    case .hide: try await store.hide(user, by: act, on: request.eventLoop)
                    case .unhide: try await store.unhide(user, by: act, on: request.eventLoop)
                    case .reinstate: try await store.reinstate(user, by: act, on: request.eventLoop)
                    }
            } catch { throw Refusal(operating: error) }
            if change.hasChanged { logger.note(wanted.done, user, on: store, by: act) }
            let isSuspended = wanted == .suspend || wanted == .hide || wanted == .unhide && isOther
            let hidden = wanted == .hide ? #","hidden":true"# : ""
            let flags = #""suspended":\#(isSuspended),"changed":\#(change.hasChanged),"known":\#(isKnown)\#(hidden)"#
            let seasons = AuditJSON.finalSeasons(change.finalSeasons)
            return ByteBuffer(string: #"{"status":"success","user_id":"\#(user)",\#(flags)\#(seasons)}"#)
        }
    }

    func erase(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let user = try Self.user(of: request)
            let reason = try AdminBody(request, members: ["reason"], isOptional: true).reason()
            let act = operators.act(request, by: actor, because: reason)
            let store = try await boards.toOperate(request)
            let erased: Erased
            do throws(ScoreStoreError) { erased = try await store.erase(user, by: act, on: request.eventLoop) } catch {
                throw Refusal(operating: error)
            }
            logger.note("user erased", nil, on: store, by: act)
            return ByteBuffer(
                string: #"{"status":"success","user_id":"\#(user)","pseudonym":"\#(erased.pseudonym)","#
                    + #""audit_entries":\#(erased.auditEntries),"idempotency_keys":\#(erased.idempotencyKeys)}"#
            )
        }
    }

    func show(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let user = try Self.user(of: request)
            let store = try await boards.toOperate(request)
            do throws(ScoreStoreError) {
                let holding = try await store.holding(of: user, on: request.eventLoop)
                let said = try await store.keptMetadata(of: user, on: request.eventLoop)
                let hand = try await store.onHold(user, on: request.eventLoop)
                return UserBoardsJSON.user(user, holding, said, hand)
            } catch { throw Refusal(reading: error) }
        }
    }

    func export(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request)
            let user = try Self.user(of: request)
            let store = try await boards.toOperate(request)
            do throws(ScoreStoreError) {
                return AuditJSON.export(try await store.export(user, on: request.eventLoop))
            } catch {
                throw Refusal(reading: error)
            }
        }
    }

    /// `GET /api/v1/admin/users/{id}/boards`: on which boards the user is, in pages by the boards' names.
    func listBoards(_ request: Request) async -> Response {
        await adminPage { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: ["after", "limit", "all"])
            let user = try Self.user(of: request)
            let query = request.query
            guard query.values("after").count <= 1 else { throw .invalidQuery("after must be given once.") }
            let after = try query.values("after").first.map { name throws(Refusal) in try RequestedBoard.id(name) }
            let limit = try query.number("limit", in: 1...1000) ?? 500
            let isEvery = try Self.asksForEvery(query)
            do throws(ScoreStoreError) {
                let page = try await boards.catalogue.holdings(
                    of: user,
                    after: after,
                    limit: limit,
                    isEvery: isEvery,
                    on: request.eventLoop
                )
                let next = page.next.map { NextPage(after: request, "after", "\($0)") }
                return (UserBoardsJSON.page(user, page), next)
            } catch { throw Refusal(reading: error) }
        }
    }

    private static func asksForEvery(_ query: Query) throws(Refusal) -> Bool {
        let values = query.values("all")
        guard !values.isEmpty else { return false }
        guard values == ["true"] else { throw .invalidQuery("all must be true, or left out.") }
        return true
    }

    static func user(of request: Request) throws(Refusal) -> UserID {
        do { return try UserID(request.parameters["id"] ?? "") } catch { throw .invalidUserID("\(error)") }
    }
}
