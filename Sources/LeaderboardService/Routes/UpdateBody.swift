import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// The bodies of updates, and of what is answered.
enum UpdateBody {
    /// That of the request, if it is declared as JSON and no longer than the route takes.
    static func json(of request: Request, maximumBytes: Int) throws(Refusal) -> ByteBuffer {
        guard MediaType.isJSON(request.headers) else { throw .unsupportedMediaType }
        guard case .complete(let body) = request.body else { throw .bodyTooLarge(maximumBytes) }
        return body
    }

    static let plain = ByteBuffer(string: #"{"message":"Score updated successfully","status":"success"}"#)

    /// What `Prefer: return=representation` asks for. A user id needs no escaping: see ``UserID``.
    static func representation(_ user: UserID, _ applied: AppliedUpdate) -> ByteBuffer {
        let rank = applied.rank.map(String.init) ?? "null"
        return ByteBuffer(
            string: #"{"message":"Score updated successfully","status":"success","user_id":"\#(user.rawValue)","#
                + #""score":\#(score(applied)),"rank":\#(rank),"seq":\#(applied.seq)"# + windows(applied.seasons) + "}"
        )
    }

    /// Of an update that waits for an operator's word: its id is under which that is said.
    static func held(_ held: HeldUpdate) -> ByteBuffer {
        ByteBuffer(
            string: #"{"message":"The update waits for review","status":"success","held":true,"held_id":"\#(held.id)"}"#
        )
    }

    /// The same for a board of which an update may change nothing.
    static func representation(_ user: UserID, on board: BoardID, _ applied: AppliedUpdate) -> ByteBuffer {
        ByteBuffer(
            string:
                #"{"message":"Score updated successfully","status":"success","board":"\#(board)","user_id":"\#(user.rawValue)","#
                + numbers(applied) + "}"
        )
    }

    /// Of several updates, each outcome as on the path of its board: `status`, `code` and `message` as there, and what stands in
    /// the status line and in `Retry-After` there.
    static func several(_ outcomes: [UpdateScores.Outcome], withScores: Bool) -> ByteBuffer {
        let isSuccess = outcomes.allSatisfy { if case .success = $0.result { true } else { false } }
        var body = ByteBuffer(string: #"{"status":"\#(isSuccess ? "success" : "partial")","results":["#)
        for (place, outcome) in outcomes.enumerated() {
            body.writeString(#"\#(place > 0 ? "," : ""){"board":"\#(outcome.board)","#)
            write(outcome.result, withScores: withScores, into: &body)
        }
        body.writeStaticString("]}")
        return body
    }

    /// The rest of an object, from its `status` on.
    private static func write(
        _ result: Result<TakenUpdate, Refusal>,
        withScores: Bool,
        into body: inout ByteBuffer
    ) {
        switch result {
        case .success(.held(let held)):
            body.writeString(#""status":"success","http_status":202,"held":true,"held_id":"\#(held.id)""#)
            if held.isReplay { body.writeStaticString(#","replayed":true"#) }
        case .success(.applied(let applied)):
            body.writeStaticString(#""status":"success","http_status":200"#)
            if applied.isReplay { body.writeStaticString(#","replayed":true"#) }
            if withScores { body.writeString("," + numbers(applied)) }
        case .failure(let refusal): write(refusal, into: &body)
        }
        body.writeStaticString("}")
    }

    private static func write(_ refusal: Refusal, into body: inout ByteBuffer) {
        body.writeString(#""status":"error","http_status":\#(refusal.status.code),"code":"#)
        body.writeJSON(refusal.code)
        body.writeStaticString(#","message":"#)
        body.writeJSON(refusal.message)
        if let seconds = refusal.retryAfter { body.writeString(#","retry_after":\#(seconds)"#) }
    }

    /// Of a batch, in the order of its updates; each with its `id`, if it has one.
    static func reports(_ outcomes: [ReportOutcome], withScores: Bool) -> ByteBuffer {
        let isSuccess = outcomes.allSatisfy { $0.refusal == nil }
        var body = ByteBuffer(string: #"{"status":"\#(isSuccess ? "success" : "partial")","results":["#)
        for (place, outcome) in outcomes.enumerated() {
            if place > 0 { body.writeStaticString(",") }
            write(outcome, withScores: withScores, into: &body)
        }
        body.writeStaticString("]}")
        return body
    }

    /// The same, each on a line of its own.
    static func reportLines(_ outcomes: [ReportOutcome], withScores: Bool) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(outcomes.count * 64)
        for outcome in outcomes {
            write(outcome, withScores: withScores, into: &body)
            body.writeStaticString("\n")
        }
        return body
    }

    private static func write(_ outcome: ReportOutcome, withScores: Bool, into body: inout ByteBuffer) {
        body.writeStaticString("{")
        if let id = outcome.id {
            body.writeStaticString(#""id":"#)
            body.writeJSON(id.rawValue)
            body.writeStaticString(",")
        }
        write(outcome.result, withScores: withScores, into: &body)
    }

    /// The last line of an answer whose request is not read to its end; it is about no update.
    static func endLine(_ refusal: Refusal) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"ended":true,"#)
        write(refusal, into: &body)
        body.writeStaticString("}\n")
        return body
    }

    /// `,"windows":{"daily":{"season":"2026-11-28","score":120}}`; names need no escaping.
    private static func windows(_ scores: [SeasonScore]) -> String {
        if scores.isEmpty { return "" }
        let members = scores.map { #""\#($0.window)":{"season":"\#($0.season)","score":\#($0.score)}"# }
        return #","windows":{\#(members.joined(separator: ","))}"#
    }

    private static func score(_ applied: AppliedUpdate) -> String {
        applied.isScoreShown ? String(applied.score) : "null"
    }

    private static func numbers(_ applied: AppliedUpdate) -> String {
        let rank = applied.rank.map(String.init) ?? "null"
        return #""score":\#(score(applied)),"rank":\#(rank),"seq":\#(applied.seq),"changed":\#(applied.isChange)"#
            + windows(applied.seasons)
    }
}
