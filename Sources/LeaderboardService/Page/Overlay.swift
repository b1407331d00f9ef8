import HTTPServer
import LeaderboardPage

/// `GET /overlay`: a board on nothing, to lie over the picture of a stream. What it shows stands in its query, which its script reads.
struct Overlay: Sendable {
    private let document: StaticFile

    /// - Parameter ancestors: whose pages may show it in a frame.
    init(framedBy ancestors: AllowedOrigins) {
        document = PageDocument.file(.overlay, security: PageSecurity.boardHeaders(framedBy: ancestors))
    }

    var routes: [Route] {
        [.page("/overlay") { document.answer($0, cacheControl: "no-cache") }]
    }
}
