import Board
import Text
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// What the public reads share: any page on any origin may read them, without credentials (Fetch standard, CORS).
enum PublicRead {
    /// - Parameter next: of a list in pages, where there is more of it.
    static func open(_ response: Response, next: NextPage? = nil) -> Response {
        var response = response
        next?.add(to: &response.headers)
        response.headers.add(name: "Access-Control-Allow-Origin", value: "*")
        response.headers.add(
            name: "Access-Control-Expose-Headers",
            value: next == nil ? "ETag, X-Request-Id" : "ETag, Link, X-Request-Id"
        )
        // An error says it already.
        if response.status.code < 400 { response.headers.add(name: "X-Content-Type-Options", value: "nosniff") }
        return response
    }

    /// The answer to a preflight, which a reader that sends `If-None-Match` causes.
    static func preflight(_: Request) async -> Response {
        var response = open(Response(.noContent))
        response.headers.add(name: "Access-Control-Allow-Methods", value: "GET, HEAD, OPTIONS")
        response.headers.add(name: "Access-Control-Allow-Headers", value: "If-None-Match, Last-Event-ID, X-Request-Id")
        response.headers.add(name: "Access-Control-Max-Age", value: "86400")
        return response
    }
}

/// The rows of a scoreboard as the body of an answer.
enum StandingsBody {
    /// - Parameter covered: places before the rows that are not shown yet, counted from 1.
    static func encode(_ rows: [Standing], covered: Range<Int> = 1..<1) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity((covered.count + rows.count) * 48 + 2)
        body.writeStaticString("[")
        for rank in covered {
            body.writeString(BoardJSON.coveredRow(rank))
            if rank < covered.upperBound - 1 || !rows.isEmpty { body.writeStaticString(",") }
        }
        for (index, row) in rows.enumerated() {
            body.writeStaticString(index == 0 ? #"{"user_id":"# : #",{"user_id":"#)
            body.writeJSON(row.user)
            body.writeStaticString(#","score":"#)
            body.writeString(String(row.score))
            body.writeStaticString("}")
        }
        body.writeStaticString("]")
        return body
    }
}
