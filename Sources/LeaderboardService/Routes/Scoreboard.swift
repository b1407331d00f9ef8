import Text
import Board
import Crypto
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `GET /api/v1/scoreboard`: the first page from the instance's copy, any other from Redis in one consistent call.
struct Scoreboard: Sendable {
    let top: TopOfBoard
    let reads: BoardReads

    /// The first page, where anybody may see it, and the instance's copy is up to date and was encoded before.
    @Sendable func readyPage(_ request: Request) -> Response? {
        guard reads.boards.catalogue.isMainPublic, !BoardQuery.isAsked(of: request.query),
            let page = try? Page(request.query), page.offset == 0, let encoded = top.readyPage(page.limit)
        else {
            return nil
        }
        return encoded.answer(to: request)
    }

    /// With a parameter that only boards have, its rows have ranks.
    func page(_ request: Request) async -> Response {
        if BoardQuery.isAsked(of: request.query) { return await reads.scoreboard(request) }
        do throws(Refusal) {
            let page = try Page(request.query)
            guard page.offset > 0 else { return try await first(page.limit, for: request) }
            let shown = try await rows(page, request)
            return Self.response(to: request, body: shown.plainBody, next: shown.next(after: request, page))
        } catch {
            return PublicRead.open(error.response)
        }
    }

    private func first(_ limit: Int, for request: Request) async throws(Refusal) -> Response {
        try await reads.boards.allowReading(.main, request)
        let page = try await top.page(limit) { () throws(Refusal) in
            var page = Page()
            page.limit = limit
            return try await rows(page, request)
        }
        return page.answer(to: request)
    }

    private func rows(_ page: Page, _ request: Request) async throws(Refusal) -> ShownRows {
        try await reads.page(.page(offset: page.offset), page.limit, .whole, isAsked: false, on: .main, request)
    }

    /// `GET /api/v1/scoreboard/users/{id}`: one user's score and rank, 1 being the best, and with `include=metadata` those.
    func user(_ request: Request) async -> Response {
        do throws(Refusal) {
            let user: UserID
            do { user = try UserID(request.parameters["id"] ?? "") } catch { throw .invalidUserID("\(error)") }
            let isAsked = try BoardQuery.includesMetadata(request.query)
            let (found, said) = try await reads.boards.read(.main, for: request, owner: user) {
                store throws(ScoreStoreError) -> (UserStandings, SaidByUsers)? in
                let found = try await store.standings(of: [user], on: request.eventLoop)
                guard let found else { return nil }
                return (found, try await store.saidBy([user.rawValue], isAsked: isAsked, on: request.eventLoop))
            }
            guard let standing = found.standings.first, let score = standing.score, let rank = standing.rank else {
                throw .userNotFound
            }
            let body = #"{"user_id":"\#(user.rawValue)","score":\#(score),"rank":\#(rank)\#(said.member(of: 0))}"#
            return Self.response(to: request, body: ByteBuffer(string: body))
        } catch {
            return PublicRead.open(error.response)
        }
    }

    /// 200 with an entity tag made of the body, so that it is the same on every instance; 304 when the reader has it.
    /// - Parameter next: where there is more. Who has the page knows it.
    static func response(to request: Request, body: ByteBuffer, next: NextPage? = nil) -> Response {
        let tag = EntityTag(body)
        return tag.matches(request.headers)
            ? answer(Response(.notModified), tag) : answer(Response(.ok, json: body), tag, next: next)
    }

    static func answer(_ response: Response, _ tag: EntityTag, next: NextPage? = nil) -> Response {
        var response = response
        response.headers.add(name: "ETag", value: tag.value)
        response.headers.add(name: "Cache-Control", value: "no-cache")
        return PublicRead.open(response, next: next)
    }
}

extension ShownRows {
    /// Rows without ranks.
    var plainBody: ByteBuffer { StandingsBody.encode(page.snapshot.standings, covered: covered) }

    func next(after request: Request, _ page: Page) -> NextPage? {
        page.next(of: end).map { NextPage(after: request, offset: $0) }
    }
}

/// A strong entity tag (RFC 9110, section 8.8.3): 64 bits of the body's SHA-256.
struct EntityTag: Sendable {
    let value: String

    init(value: String) {
        self.value = value
    }

    init(_ body: ByteBuffer) {
        value = "\"\(SHA256.hash(data: Data(body.readableBytesView)).prefix(8).hexadecimal)\""
    }

    /// Whether `If-None-Match` names this tag; the comparison is weak (RFC 9110, section 13.1.2).
    func matches(_ headers: RequestHeaders) -> Bool {
        headers.list("If-None-Match").contains { $0 == "*" || $0 == value || $0 == "W/\(value)" }
    }
}

/// `limit` (1 to 100, 10 by default) and `offset` (0 or more) of a scoreboard query.
struct Page: Equatable {
    /// No board is longer: scores and their counts stay below 2^53.
    static let maximumOffset = 9_007_199_254_740_000

    var offset = 0
    var limit = 10

    init() {}

    /// Unknown parameters are ignored; a known one that is given twice, or is no number in its range, is refused.
    init(_ query: Query) throws(Refusal) {
        limit = try query.number("limit", in: 1...100) ?? limit
        offset = try query.number("offset", in: 0...Self.maximumOffset) ?? offset
    }

    /// The offset of the page behind this one; nil: there is none.
    /// - Parameter end: how many rows can be shown in all.
    func next(of end: Int) -> Int? {
        // Neither is longer than a board may be.
        let next = offset + limit
        return next < end && next <= Self.maximumOffset ? next : nil
    }
}
