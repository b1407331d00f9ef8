import Board
import HTTPServer
import Leaderboard
import NIOCore

/// What anybody may read of a board, each from Redis in one consistent call: rows with their ranks, where a user or a score stands,
/// how many are where.
struct BoardReads: Sendable {
    let boards: RequestedBoard

    /// `GET /api/v1/boards/{board}/scoreboard`.
    func scoreboard(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let (id, wish) = (try RequestedBoard.id(of: request), try BoardQuery(request.query))
            return try await rows(of: id, wish, request)
        }
    }

    func rows(of id: BoardID, _ wish: BoardQuery, _ request: Request) async throws(Refusal) -> ByteBuffer {
        switch wish.rows {
        case .users(let users):
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.standings(of: users, on: request.eventLoop)
            }
            return BoardJSON.rows(found)
        case .selection(let selection):
            let page = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.rows(selection, limit: wish.limit, on: request.eventLoop)
            }
            if case .around = selection, page.snapshot.standings.isEmpty, wish.limit > 0 { throw .userNotFound }
            return BoardJSON.rows(page)
        }
    }

    /// `GET /api/v1/boards/{board}/users/{id}`.
    func user(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let (id, user) = (try RequestedBoard.id(of: request), try Self.user(request.parameters["id"] ?? ""))
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.place(of: user, on: request.eventLoop)
            }
            guard let found else { throw .userNotFound }
            return BoardJSON.user(found)
        }
    }

    /// `GET /api/v1/boards/{board}/scores/{score}`.
    func score(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let id = try RequestedBoard.id(of: request)
            guard let score = BoardQuery.score(request.parameters["score"] ?? "") else {
                throw .invalidQuery("The score must be \(BoardQuery.scoreRule).")
            }
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.place(of: score, on: request.eventLoop)
            }
            return BoardJSON.score(score, found)
        }
    }

    /// `GET /api/v1/boards/{board}/percentiles?p=50,90`.
    func percentiles(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let (id, wanted) = (try RequestedBoard.id(of: request), try BoardQuery.percentiles(request.query))
            let scores = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.scores(at: wanted.map(\.millionths), on: request.eventLoop)
            }
            return BoardJSON.percentiles(wanted, scores)
        }
    }

    /// `GET /api/v1/boards/{board}/count?min=&max=`.
    func count(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let id = try RequestedBoard.id(of: request)
            let (least, greatest) = try (BoardQuery.bound("min", request.query), BoardQuery.bound("max", request.query))
            if let least, let greatest, least > greatest { throw .invalidQuery("min must not be greater than max.") }
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.count(from: least, to: greatest, on: request.eventLoop)
            }
            return ByteBuffer(string: #"{"count":\#(found.count),"total":\#(found.total)}"#)
        }
    }

    /// `GET /api/v1/users/{id}/standings?boards=a,b`: one user on several boards. Each board is of its own moment.
    func standings(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let user = try Self.user(request.parameters["id"] ?? "")
            return try await boards.list(of: try BoardQuery.boards(request.query), for: request) {
                id,
                store throws(ScoreStoreError) in
                try await store.place(of: user, on: request.eventLoop).map { BoardJSON.standing(on: id, $0) }
            }
        }
    }

    /// `GET /api/v1/scoreboards?boards=a,b`: the first rows of several boards. Each board is of its own moment.
    func scoreboards(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let limit = try request.query.number("limit", in: 1...100) ?? 10
            return try await boards.list(of: try BoardQuery.boards(request.query), for: request) {
                id,
                store throws(ScoreStoreError) in
                try await store.rows(.page(offset: 0), limit: limit, on: request.eventLoop).map {
                    BoardJSON.board(id, $0)
                }
            }
        }
    }

    private static func user(_ text: String) throws(Refusal) -> UserID {
        do { return try UserID(text) } catch { throw .invalidUserID("\(error)") }
    }

    private func answer(
        _ request: Request,
        _ body: () async throws(Refusal) -> ByteBuffer
    ) async -> Response {
        do { return Scoreboard.response(to: request, body: try await body()) } catch {
            return PublicRead.open(error.response)
        }
    }
}
