import HTTPServer
import Leaderboard
import LeaderboardPage
import NIOCore
import NIOHTTP1

/// `GET /`, which shows `main`, `GET /boards`, all boards that anybody may see, and `GET /boards/{board}`, one of them, live.
struct BoardPages: Sendable {
    let boards: RequestedBoard
    /// Whether there are boards besides `main` to be seen.
    let hasOthers: @Sendable (any EventLoop) async -> Bool
    private let list = PageDocument.file(.boards)
    private let board: BoardDocument
    private let nameless = PageDocument.fixed(
        .notice,
        changes: [
            "{heading}": "There is no such board",
            "{sentence}": "No board can have this name: look whether the address is whole.",
        ]
    )

    init(
        boards: RequestedBoard,
        framedBy ancestors: AllowedOrigins,
        hasOthers: @escaping @Sendable (any EventLoop) async -> Bool
    ) {
        self.boards = boards
        self.hasOthers = hasOthers
        board = BoardDocument(framedBy: ancestors)
    }

    var routes: [Route] {
        [
            .page("/", handler: main),
            .page("/boards") { request in list.answer(request, cacheControl: "no-cache") },
            .page("/boards/{board}", handler: one),
        ]
    }

    private func main(_ request: Request) async -> Response {
        await board.answer(request, hasOthers: await hasOthers(request.eventLoop)) { () throws(Refusal) in
            try await boards.allowReading(.main, request)
        }
    }

    private func one(_ request: Request) async -> Response {
        guard let id = try? RequestedBoard.id(of: request) else { return PageDocument.answer(nameless, .notFound) }
        return await board.answer(request, hasOthers: true) { () throws(Refusal) in
            try await boards.allowReading(id, request)
        }
    }
}
