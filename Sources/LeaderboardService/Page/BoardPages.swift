import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1

/// `GET /boards`, all boards that anybody may see, and `GET /boards/{board}`, one of them, live. The documents are the same for
/// all; their scripts read the API.
struct BoardPages: Sendable {
    let boards: RequestedBoard
    private let list = PageDocument.file(.boards)
    private let board = PageDocument.amongBoards(.index)
    private let missing = Notice(
        "There is no such board",
        "No board has this name. It may have been deleted, or nobody has made it yet."
    )
    private let closed = Notice(
        "This board is private",
        "Who reads it needs a token, which a page cannot send. The API takes one, as the header Authorization: Bearer <token>."
    )

    init(boards: RequestedBoard) {
        self.boards = boards
    }

    var routes: [Route] {
        [
            .on(.GET, "/boards", handler: { request in list.answer(request, cacheControl: "no-cache") }),
            .on(.GET, "/boards/{board}", handler: one),
        ]
    }

    /// Where nobody can say what the board is, its page says so, and waits.
    private func one(_ request: Request) async -> Response {
        do throws(Refusal) {
            _ = try await boards.toRead(request)
        } catch {
            switch error.status {
            case .notFound, .badRequest: return missing.answer(.notFound, error.headers)
            case .unauthorized, .forbidden: return closed.answer(error.status, error.headers)
            default: break
            }
        }
        return board.answer(request, cacheControl: "no-cache")
    }

    /// What is told instead of a board.
    private struct Notice: Sendable {
        private let body: ByteBuffer

        init(_ heading: String, _ sentence: String) {
            let words: KeyValuePairs = ["{heading}": heading, "{sentence}": sentence.replacing("<", with: "&lt;")]
            body = ByteBuffer(bytes: PageDocument.bytes(of: .notice, changes: words))
        }

        func answer(_ status: HTTPResponseStatus, _ headers: ResponseHeaders) -> Response {
            var response = Response(status, headers: headers, body: body)
            response.headers.add(contentsOf: PageSecurity.headers)
            response.headers.add(name: "Content-Type", value: PageDocument.type(of: EmbeddedFile.notice.name))
            response.headers.add(name: "Cache-Control", value: "no-store")
            return response
        }
    }
}
