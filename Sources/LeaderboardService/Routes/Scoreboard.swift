import Crypto
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `GET /api/v1/scoreboard`: the top of the board, read from Redis in one consistent call.
struct Scoreboard: Sendable {
    let store: ScoreStore

    func top(_ request: Request) async -> Response {
        await read(request) { () throws(Refusal) in
            let page = try Page(request.query)
            let standings = try await fromRedis { () throws(ScoreStoreError) in
                try await store.standings(offset: page.offset, limit: page.limit, on: request.eventLoop)
            }
            return StandingsBody.encode(standings.rows)
        }
    }

    /// `GET /api/v1/scoreboard/users/{id}`: one user's score and rank, 1 being the best.
    func user(_ request: Request) async -> Response {
        await read(request) { () throws(Refusal) in
            let user: UserID
            do { user = try UserID(request.parameters["id"] ?? "") } catch { throw .invalidUserID("\(error)") }
            let standing = try await fromRedis { () throws(ScoreStoreError) in
                try await store.standing(of: user, on: request.eventLoop)
            }
            guard let standing else { throw .userNotFound }
            return ByteBuffer(
                string: #"{"user_id":"\#(user.rawValue)","score":\#(standing.score),"rank":\#(standing.rank)}"#
            )
        }
    }

    private func read(_ request: Request, body: () async throws(Refusal) -> ByteBuffer) async -> Response {
        do throws(Refusal) {
            return Self.response(to: request, body: try await body())
        } catch {
            return PublicRead.open(error.response)
        }
    }

    private func fromRedis<Value>(
        _ call: () async throws(ScoreStoreError) -> Value
    ) async throws(Refusal) -> Value {
        do { return try await call() } catch { throw Refusal(reading: error) }
    }

    /// 200 with an entity tag made of the body, so that it is the same on every instance; 304 when the reader has it.
    private static func response(to request: Request, body: ByteBuffer) -> Response {
        let tag = EntityTag(body)
        var response = Response(.ok, json: body)
        if tag.matches(request.headers[canonicalForm: "If-None-Match"]) {
            response = Response(.notModified)
        }
        response.headers.add(name: "ETag", value: tag.value)
        response.headers.add(name: "Cache-Control", value: "no-cache")
        return PublicRead.open(response)
    }
}

/// A strong entity tag (RFC 9110, section 8.8.3): 64 bits of the body's SHA-256.
struct EntityTag {
    let value: String

    init(_ body: ByteBuffer) {
        let digits = SHA256.hash(data: Data(body.readableBytesView)).prefix(8).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        value = "\"\(digits.joined())\""
    }

    /// Whether `If-None-Match` names this tag; the comparison is weak (RFC 9110, section 13.1.2).
    func matches(_ candidates: some Sequence<some StringProtocol>) -> Bool {
        candidates.contains { $0 == "*" || $0 == value || $0 == "W/\(value)" }
    }
}

/// `limit` (1 to 100, 10 by default) and `offset` (0 or more) of a scoreboard query.
struct Page: Equatable {
    static let maximumOffset = 1_000_000_000

    var offset = 0
    var limit = 10

    /// Unknown parameters are ignored; a known one that is given twice, or is no number in its range, is refused.
    init(_ query: Query) throws(Refusal) {
        limit = try Self.number("limit", in: 1...100, of: query) ?? limit
        offset = try Self.number("offset", in: 0...Self.maximumOffset, of: query) ?? offset
    }

    private static func number(_ name: String, in range: ClosedRange<Int>, of query: Query) throws(Refusal) -> Int? {
        let values = query.values(name)
        guard let value = values.first else { return nil }
        let isDigits = !value.isEmpty && value.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard values.count == 1, isDigits, let number = Int(value), range.contains(number) else {
            throw .invalidQuery(
                "\(name) must be one whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }
}
