import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `GET /api/v1/admin/audit`: newest first, in pages.
struct AuditRoute: Sendable {
    let operators: Operators
    let boards: RequestedBoard

    func answer(_ request: Request) async -> Response {
        await adminPage { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: AuditQuery.parameters)
            let query = try AuditQuery(request.query)
            let store = try await boards.toOperate(request)
            do throws(ScoreStoreError) {
                let page = try await store.audit(
                    query.filter,
                    before: query.cursor,
                    limit: query.limit,
                    on: request.eventLoop
                )
                let next = page.next.map { NextPage(after: request, "after", $0.description, insteadOf: ["cursor"]) }
                let reverted = try await store.reverted(among: page.entries, on: request.eventLoop)
                return (AuditJSON.page(page, reverted: reverted), next)
            } catch { throw Refusal(reading: error) }
        }
    }
}

/// What `GET /api/v1/admin/audit` is asked for. A parameter that is given twice is refused.
struct AuditQuery {
    /// `after` is what all lists call it, and `cursor` what this one has always called it.
    static let parameters = ["user_id", "ip", "since", "until", "flagged", "limit", "after", "cursor"]
    /// Stands in the audit for the whole board.
    private static let wholeBoard = "*"

    var filter = AuditFilter()
    var limit = 100
    var cursor: AuditID?

    init(_ query: Query) throws(Refusal) {
        let users = query.userIDs
        guard users.count <= 1 else { throw .invalidQuery("user_id must be given once.") }
        if let user = users.first, user != Self.wholeBoard {
            do { filter.user = try UserID(user).rawValue } catch { throw .invalidUserID("\(error)") }
        } else {
            filter.user = users.first
        }
        // The audit has addresses in their one canonical text.
        filter.ip = try Self.value("ip", of: query, "must be an IPv4 or IPv6 address") { IPAddress($0)?.description }
        filter.since = try Self.value("since", of: query, Moment.rule, Moment.milliseconds)
        filter.until = try Self.value("until", of: query, Moment.rule, Moment.milliseconds)
        guard Moment.areInOrder(filter.since, filter.until) else { throw .invalidQuery(Moment.order) }
        filter.isFlagged =
            try Self.value("flagged", of: query, "must be true, or left out") { $0 == "true" ? true : nil } ?? false
        let places = try ["after", "cursor"].map { name throws(Refusal) in
            try Self.value(name, of: query, "must be the next of the last page") { text in
                AuditID(text).flatMap { $0 > .zero ? $0 : nil }
            }
        }.compactMap { $0 }
        guard places.count <= 1 else { throw .invalidQuery("Give one of after and cursor.") }
        cursor = places.first
        limit = try query.number("limit", in: 1...1000) ?? limit
    }

    private static func value<Value>(
        _ name: String,
        of query: Query,
        _ rule: String,
        _ parse: (String) -> Value?
    ) throws(Refusal) -> Value? {
        let values = query.values(name)
        guard let text = values.first else { return nil }
        guard values.count == 1 else { throw .invalidQuery("\(name) must be given once.") }
        guard let value = parse(text) else { throw .invalidQuery("\(name) \(rule).") }
        return value
    }
}

/// What an operator gets: JSON that nobody keeps, or the refusal.
func adminAnswer(_ body: () async throws(Refusal) -> ByteBuffer) async -> Response {
    await adminPage { () throws(Refusal) in (try await body(), nil) }
}

/// The same of a list in pages: and where it goes on.
func adminPage(_ body: () async throws(Refusal) -> (ByteBuffer, NextPage?)) async -> Response {
    var response: Response
    do throws(Refusal) {
        let (page, next) = try await body()
        response = Response(.ok, json: page)
        next?.add(to: &response.headers)
    } catch {
        response = error.response
    }
    response.headers.add(name: "Cache-Control", value: "no-store")
    return response
}
