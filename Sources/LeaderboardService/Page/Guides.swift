import HTTPServer
import LeaderboardPage
import NIOHTTP1
import Text

/// `GET /docs/{guide}`: how something is done, step by step, and `/docs/guides`, which lists them.
struct Guides: Sendable {
    private let documents: [String: StaticFile]
    /// Made when somebody asks: the description is read for it.
    private static let errors = ErrorsGuide.document
    private let missing = PageDocument.fixed(
        .notice,
        changes: ["{heading}": "There is no such guide", "{sentence}": "Those that there are stand at /docs/guides."]
    )

    init() {
        documents = Dictionary(
            EmbeddedFile.guides.map { file in
                let markdown = Markdown(String(decoding: file.bytes, as: UTF8.self))
                let document = PageDocument.file(
                    .guide,
                    changes: ["{title}": Markdown.escaped(markdown.title), "{body}": markdown.html]
                )
                return (String(file.name.cut(at: ".").before), document)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    var routes: [Route] {
        [
            .page("/docs/{guide}") { request in
                let name = request.parameters["guide"] ?? ""
                guard let document = name == "errors" ? Self.errors : documents[name] else {
                    return PageDocument.answer(missing, .notFound)
                }
                return document.answer(request, cacheControl: "no-cache")
            }
        ]
    }
}
