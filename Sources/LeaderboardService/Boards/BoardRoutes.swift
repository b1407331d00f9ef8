import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `GET /api/v1/boards` and `/api/v1/boards/{board}`: which boards there are, and what each is. Who has a token sees private ones too, and of
/// those for members the ones that the token itself names: of the boards on whose lists a user is, nobody keeps a list.
///
/// One rule for all reads: a token is looked at where the answer depends on it, of a private board and of the list, which says more to
/// who sends one. What anybody may read is answered whichever token comes with it, and to an address that is limited too.
struct BoardRoutes: Sendable {
    let boards: RequestedBoard

    func list(_ request: Request) async -> Response {
        await open(request) { () throws(Refusal) in
            let token = try await token(of: request)
            let (body, next) = try await BoardList.page(
                of: token.map { token in .boardsOf { token.isMember(of: $0) } } ?? .publicBoards,
                boards.catalogue,
                request
            )
            return Shown(body: body, tag: EntityTag(body), isPrivate: token != nil, next: next)
        }
    }

    func one(_ request: Request) async -> Response {
        await open(request) { () throws(Refusal) in
            let board = try await boards.toRead(request).board
            return Shown(
                body: board.definition.shown(as: .board(board.id), toAll: true),
                tag: EntityTag(version: board.definition.version),
                isPrivate: board.definition.visibility != .public
            )
        }
    }

    private struct Shown {
        let body: ByteBuffer
        let tag: EntityTag
        /// For who sent the token.
        let isPrivate: Bool
        var next: NextPage?
    }

    private func open(_ request: Request, _ body: () async throws(Refusal) -> Shown) async -> Response {
        do throws(Refusal) {
            let shown = try await body()
            let isKnown = shown.tag.matches(request.headers)
            var response = isKnown ? Response(.notModified) : Response(.ok, json: shown.body)
            response.headers.add(name: "ETag", value: shown.tag.value)
            response.headers.add(name: "Cache-Control", value: shown.isPrivate ? "private, no-cache" : "no-cache")
            response.headers.add(name: "Vary", value: "Authorization")
            return PublicRead.open(response, next: isKnown ? nil : shown.next)
        } catch {
            return PublicRead.open(error.response)
        }
    }

    /// A token that is sent has to be a good one.
    private func token(of request: Request) async throws(Refusal) -> VerifiedToken? {
        if case .none = request.headers.occurrence(of: "Authorization") { return nil }
        return try await boards.callers.token(of: request)
    }
}

/// A page of definitions: `{"boards":[…],"next":"…"}`, and `"unreadable":["name"]` where a key holds what is none.
enum BoardList {
    static let parameters = ["after", "limit"]

    static func page(
        of listed: Listed,
        _ catalogue: Catalogue,
        _ request: Request
    ) async throws(Refusal) -> (body: ByteBuffer, next: NextPage?) {
        let limit = try request.query.number("limit", in: 1...100) ?? 100
        let page: BoardPage
        do {
            page = try await catalogue.page(
                of: listed,
                after: try after(request.query),
                limit: limit,
                on: request.eventLoop
            )
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .storeUnavailable
        }
        var body = ByteBuffer(string: #"{"boards":["#)
        var separator: StaticString = ""
        for row in page.rows {
            body.writeStaticString(separator)
            separator = ","
            body.writeImmutableBuffer(row.definition.shown(as: row.name, toAll: listed.isForAll))
        }
        body.writeStaticString("]")
        if !page.unreadable.isEmpty {
            let names = page.unreadable.map { "\"\($0)\"" }.joined(separator: ",")
            body.writeString(#","unreadable":[\#(names)]"#)
        }
        body.writeString(#","next":\#(page.next.map { "\"\($0)\"" } ?? "null")}"#)
        return (body, page.next.map { NextPage(after: request, "after", "\($0)") })
    }

    /// A name: there need be no board of it.
    private static func after(_ query: Query) throws(Refusal) -> String? {
        let values = query.values("after")
        guard let text = values.first else { return nil }
        guard values.count == 1 else { throw .invalidQuery("after may be given once: the next of the last page.") }
        do { return "\(try DefinitionName(text))" } catch { throw .invalidBoardName("\(error)") }
    }
}

extension EntityTag {
    /// Of a definition: its version, which needs no escaping.
    init(version: String) {
        self.init(value: "\"\(version)\"")
    }
}
