import HTTPServer
import LeaderboardPage
import NIOCore
import NIOHTTP1

/// The document of a board, at `/` and `/boards/{board}`. It is the same for all boards and has nothing of any: its script reads the
/// API, and asks for a token where one is needed.
///
/// Its status is that of the API: 404 where there is no board, 401 where a token is needed. A browser sends none with an address, and
/// shows the document all the same. Where nobody can say what the board is, it is 200: its script says so, and waits.
struct BoardDocument: Sendable {
    /// Without a way to other boards.
    private let alone: StaticFile
    private let amongBoards: StaticFile
    private let security: ResponseHeaders
    private let missing = PageDocument.fixed(
        .index,
        changes: Self.saying(
            "There is no such board.",
            "It was deleted, or nobody has made it yet. When it is made, it appears here."
        )
    )
    private let closed = PageDocument.fixed(
        .index,
        changes: Self.saying("This board is private.", "Who reads it needs an access token.")
    )

    /// - Parameter ancestors: whose pages may show it in a frame.
    init(framedBy ancestors: AllowedOrigins = .none) {
        security = PageSecurity.boardHeaders(framedBy: ancestors)
        alone = PageDocument.file(.index, security: security)
        amongBoards = PageDocument.file(.index, changes: [Self.root: Self.rootAmongBoards], security: security)
    }

    /// - Parameters:
    ///   - hasOthers: whether there are other boards to be seen.
    ///   - look: throws what a read of the board would be refused with.
    func answer(
        _ request: Request,
        hasOthers: Bool,
        _ look: () async throws(Refusal) -> Void
    ) async -> Response {
        do throws(Refusal) { try await look() } catch {
            switch error.status {
            case .notFound: return answer(missing, .notFound, error)
            case .unauthorized, .forbidden: return answer(closed, error.status, error)
            default: break
            }
        }
        return (hasOthers ? amongBoards : alone).answer(request, cacheControl: "no-cache")
    }

    private func answer(_ body: ByteBuffer, _ status: HTTPResponseStatus, _ refusal: Refusal) -> Response {
        PageDocument.answer(body, status, refusal.headers, security: security)
    }

    private static let root = #"<html lang="en">"#
    private static let rootAmongBoards = #"<html lang="en" data-boards>"#

    /// What is told before the script has looked, and where there are no scripts.
    private static func saying(_ heading: String, _ sentence: String) -> KeyValuePairs<String, String> {
        [
            root: rootAmongBoards,
            #"id="empty" hidden>"#: #"id="empty">"#,
            "<strong></strong>": "<strong>\(heading)</strong>",
            "<span></span>": "<span>\(sentence)</span>",
        ]
    }
}
