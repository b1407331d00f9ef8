import HTTPServer
import LeaderboardPage
import NIOHTTP1

/// `GET /docs`: the description of the API for people. With ``DemoTokens`` it also sends the requests that it describes.
struct DocsPage: Sendable {
    private let document = PageDocument.file(.docs, changes: ["    {try}\n": ""])
    /// Nil: nothing is tried out, and the page has nothing for it.
    let tokens: DemoTokens?

    init(tokens: DemoTokens? = nil) {
        self.tokens = tokens
    }

    func answer(_ request: Request) -> Response {
        guard let tokens else { return document.answer(request, cacheControl: "no-cache") }
        // With tokens of its own each time: nobody may keep it.
        let body = PageDocument.fixed(
            .docs,
            changes: [
                "    {try}\n": String(decoding: EmbeddedFile.tryIt.bytes, as: UTF8.self),
                #"<html lang="en">"#: #"<html lang="en" \#(tokens.attributes)>"#,
            ]
        )
        return PageDocument.answer(body, .ok)
    }
}
