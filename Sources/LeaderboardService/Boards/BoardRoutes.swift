import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `GET /api/v1/boards` and `/api/v1/boards/{board}`: which boards there are, and what each is. Who has a token sees private ones too.
struct BoardRoutes: Sendable {
    let boards: RequestedBoard

    func list(_ request: Request) async -> Response {
        await open(request) { isKnown throws(Refusal) in
            let body = try await BoardList.body(
                of: isKnown ? .boards : .publicBoards,
                boards.catalogue,
                request
            )
            return (body, EntityTag(body))
        }
    }

    func one(_ request: Request) async -> Response {
        await open(request) { _ throws(Refusal) in
            let board = try await boards.toRead(request).board
            return (board.definition.shown(as: .board(board.id)), EntityTag(version: board.definition.version))
        }
    }

    private func open(
        _ request: Request,
        _ body: (_ isKnown: Bool) async throws(Refusal) -> (ByteBuffer, EntityTag)
    ) async -> Response {
        do throws(Refusal) {
            let isKnown = try await isKnown(request)
            let (body, tag) = try await body(isKnown)
            var response = tag.matches(request.headers) ? Response(.notModified) : Response(.ok, json: body)
            response.headers.add(name: "ETag", value: tag.value)
            response.headers.add(name: "Cache-Control", value: isKnown ? "private, no-cache" : "no-cache")
            response.headers.add(name: "Vary", value: "Authorization")
            return PublicRead.open(response)
        } catch {
            return PublicRead.open(error.response)
        }
    }

    /// A token that is sent has to be a good one.
    private func isKnown(_ request: Request) async throws(Refusal) -> Bool {
        if case .none = request.headers.occurrence(of: "Authorization") { return false }
        _ = try await boards.callers.token(of: request)
        return true
    }
}

/// A page of definitions: `{"boards":[…],"next":"…"}`.
enum BoardList {
    static let parameters = ["after", "limit"]

    static func body(
        of listed: Listed,
        _ catalogue: Catalogue,
        _ request: Request
    ) async throws(Refusal) -> ByteBuffer {
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
            body.writeImmutableBuffer(row.definition.shown(as: row.name))
        }
        body.writeString(#"],"next":\#(page.next.map { "\"\($0)\"" } ?? "null")}"#)
        return body
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
