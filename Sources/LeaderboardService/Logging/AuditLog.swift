package import Board
package import Leaderboard

/// One line for each update that was added, and for each that was refused, on the logger `leaderboard.audit` at level `info`; or
/// those of them that ``AuditLines`` names. For another line nothing is put together.
///
/// These lines are for reading and for alarms. What counts is the audit stream in Redis, which is written in the same atomic
/// step as the score; so a line may be dropped here when the log's reader is too slow (see ``LogOutput``).
///
/// On the hot path: an update's line costs 0.7 µs (1.4 µs when it is put together from strings),
/// because all of it that is always the same is made once.
package final class AuditLog: Sendable {
    private let output: LogOutput
    private let lines: AuditLines
    private let updatedHead, heldHead, refusedHead, unknownHead: LogLine.Head
    private let board, userID, ip, operation, value, scoreIncrease, score, seq, requestID, traceID, code,
        reason, actor, heldID: LogLine.Key

    init(output: LogOutput, lines: AuditLines) {
        self.output = output
        self.lines = lines
        let (format, label) = (output.format, "leaderboard.audit")
        updatedHead = output.head(level: "info", logger: label, message: "score updated")
        heldHead = output.head(level: "info", logger: label, message: "update held")
        refusedHead = output.head(level: "info", logger: label, message: "update refused")
        unknownHead = output.head(level: "info", logger: label, message: "outcome of update unknown")
        board = LogLine.Key("board", format)
        operation = LogLine.Key("operator", format)
        value = LogLine.Key("value", format)
        userID = LogLine.Key("user_id", format)
        ip = LogLine.Key("ip", format)
        scoreIncrease = LogLine.Key("score_increase", format)
        score = LogLine.Key("score", format)
        seq = LogLine.Key("seq", format)
        requestID = LogLine.Key("request_id", format)
        traceID = LogLine.Key("trace_id", format)
        code = LogLine.Key("code", format)
        reason = LogLine.Key("reason", format)
        actor = LogLine.Key("actor", format)
        heldID = LogLine.Key("held_id", format)
    }

    /// An update was made.
    /// - Parameters:
    ///   - actor: who made it, where that is not the user.
    ///   - board: nil: `main`.
    ///   - score: the new total.
    ///   - time: Redis' clock, in milliseconds since 1970.
    package func updated(
        _ update: BoardUpdate,
        by actor: UserID? = nil,
        on board: BoardID? = nil,
        origin: UpdateOrigin,
        score: Int,
        seq: Int,
        time: Int
    ) {
        guard lines.hasUpdate(seq: seq) else { return }
        var line = LogLine(updatedHead, time: LogTime(milliseconds: time))
        if let board { line.add(self.board, board.rawValue) }
        line.add(userID, update.user.rawValue)
        if let actor { line.add(self.actor, actor.rawValue) }
        line.add(ip, origin.ip)
        if update.operation == .incr {
            line.add(scoreIncrease, update.value)
        } else {
            line.add(operation, update.operation.rawValue)
            line.add(value, update.value)
        }
        line.add(self.score, score)
        line.add(self.seq, seq)
        line.add(requestID, origin.requestID)
        if let trace = origin.trace { line.add(traceID, trace) }
        line.end()
        output.write(line)
    }

    /// An update waits for an operator's word.
    /// - Parameters:
    ///   - actor: who made it, where that is not the user.
    ///   - board: nil: `main`.
    package func held(
        _ update: BoardUpdate,
        _ held: HeldUpdate,
        by actor: UserID?,
        on board: BoardID?,
        origin: UpdateOrigin
    ) {
        guard lines.hasRefusals else { return }
        var line = LogLine(heldHead, time: LogTime(milliseconds: held.time))
        if let board { line.add(self.board, board.rawValue) }
        line.add(userID, update.user.rawValue)
        if let actor { line.add(self.actor, actor.rawValue) }
        line.add(ip, origin.ip)
        line.add(operation, update.operation.rawValue)
        line.add(value, update.value)
        line.add(heldID, "\(held.id)")
        line.add(requestID, origin.requestID)
        if let trace = origin.trace { line.add(traceID, trace) }
        line.end()
        output.write(line)
    }

    /// An update was refused.
    /// - Parameters:
    ///   - code: the error code of the answer, such as `rate_limited`.
    ///   - reason: more than the code says, in one word: why a token is invalid.
    ///   - board: of one of several updates in a request.
    ///   - user: whose score it would have been, when that is known: the subject of a valid token.
    package func refused(
        code: String,
        reason: String? = nil,
        on board: BoardID? = nil,
        origin: UpdateOrigin,
        user: String?,
        by actor: UserID? = nil
    ) {
        guard lines.hasRefusals else { return }
        // It may have counted.
        let isUnknown = code == Refusal.outcomeUnknown.code
        var line = LogLine(isUnknown ? unknownHead : refusedHead, time: .now)
        line.add(self.code, code)
        if let reason { line.add(self.reason, reason) }
        if let board { line.add(self.board, board.rawValue) }
        line.add(ip, origin.ip)
        if let user { line.add(userID, user) }
        if let actor { line.add(self.actor, actor.rawValue) }
        line.add(requestID, origin.requestID)
        if let trace = origin.trace { line.add(traceID, trace) }
        line.end()
        output.write(line)
    }
}
