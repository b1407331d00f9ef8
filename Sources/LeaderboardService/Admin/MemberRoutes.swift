import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1

/// `/api/v1/admin/boards/{board}/members`: the list of who is a member, for boards that are for members. Who leaves it is sent away from
/// this instance at once, and from the others within ``PrivateViewers/interval``.
struct MemberRoutes: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let viewers: PrivateViewers
    let logger: Logger

    var routes: [Route] {
        [
            .on(.GET, "/api/v1/admin/boards/{board}/members", handler: list),
            .on(.PUT, "/api/v1/admin/boards/{board}/members/{id}", handler: admit),
            .on(.DELETE, "/api/v1/admin/boards/{board}/members/{id}", handler: dismiss),
        ]
    }

    /// `{"members":["ada",…],"next":"bob"}`, by their names.
    func list(_ request: Request) async -> Response {
        await adminPage { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: ["after", "limit"])
            let query = request.query
            guard query.values("after").count <= 1 else { throw .invalidQuery("after must be given once.") }
            let after = try query.valuesWithPlus("after").first.map { text throws(Refusal) in try Self.user(text) }
            let limit = try query.number("limit", in: 1...1000) ?? 500
            let store = try await boards.toOperate(request)
            let found: [UserID]
            do throws(ScoreStoreError) {
                found = try await store.members(after: after, limit: limit + 1, on: request.eventLoop)
            } catch { throw Refusal(reading: error) }
            let members = found.prefix(limit)
            // Nothing in a user id has to be escaped.
            let names = members.map { "\"\($0)\"" }.joined(separator: ",")
            let next = found.count > limit ? members.last?.rawValue : nil
            let body = ByteBuffer(string: #"{"members":[\#(names)],"next":\#(next.map { "\"\($0)\"" } ?? "null")}"#)
            return (body, next.map { NextPage(after: request, "after", $0) })
        }
    }

    func admit(_ request: Request) async -> Response {
        await change(request, isMember: true) { store, user throws(ScoreStoreError) in
            try await store.admit(user, on: request.eventLoop)
        }
    }

    func dismiss(_ request: Request) async -> Response {
        await change(request, isMember: false) { store, user throws(ScoreStoreError) in
            try await store.dismiss(user, on: request.eventLoop) ? .admitted : .wasMember
        }
    }

    /// - Parameter change: `.admitted`: it is otherwise now; `.wasMember`: it was so before.
    private func change(
        _ request: Request,
        isMember: Bool,
        _ change: (ScoreStore, UserID) async throws(ScoreStoreError) -> Admission
    ) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let user = try Self.user(request.parameters["id"] ?? "")
            let store = try await boards.toOperate(request)
            let outcome: Admission
            do throws(ScoreStoreError) { outcome = try await change(store, user) } catch {
                throw Refusal(operating: error)
            }
            switch outcome {
            case .noBoard: throw .boardNotFound
            case .full(let maximum): throw .membersLimit(maximum)
            case .admitted, .wasMember: break
            }
            let hasChanged = outcome == .admitted
            if hasChanged {
                let act = operators.act(request, by: actor, because: .none)
                logger.note(isMember ? "member admitted" : "member dismissed", user, on: store, by: act)
                // Who has been told that somebody is a member no more, has the viewers of this instance sent away.
                if !isMember, await !viewers.examine(store.board.id) { viewers.look(at: store.board.id) }
            }
            return ByteBuffer(
                string: #"{"status":"success","board":"\#(store.board.id)","user_id":"\#(user)","#
                    + #""member":\#(isMember),"changed":\#(hasChanged)}"#
            )
        }
    }

    private static func user(_ text: String) throws(Refusal) -> UserID {
        do { return try UserID(text) } catch { throw .invalidUserID("\(error)") }
    }
}

extension Refusal {
    fileprivate static func membersLimit(_ maximum: Int) -> Refusal {
        Refusal(
            status: .conflict,
            code: "members_limit",
            message:
                "The board's list has \(maximum) members, as many as it may have: name the board in the claim boards of "
                + "its members' tokens instead."
        )
    }
}
