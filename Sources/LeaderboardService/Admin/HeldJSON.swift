import Board
import Leaderboard
import NIOCore
import Seasons
import Text

/// The review queue as operators read it.
enum HeldJSON {
    static func page(_ page: HeldPage) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"waiting":\#(page.waiting),"held":["#)
        for (index, entry) in page.entries.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            write(entry, into: &body)
        }
        let next = page.next.map { "\"\($0)\"" } ?? "null"
        body.writeString(#"],"next":\#(next)}"#)
        return body
    }

    private static func write(_ entry: HeldEntry, into body: inout ByteBuffer) {
        func number(_ value: Int?) -> String { value.map(String.init) ?? "null" }
        let rules = entry.met.map { #"{"rule":"\#($0.name.rawValue)","effect":"\#($0.effect.rawValue)"}"# }
        body.writeString(
            #"{"held_id":"\#(entry.id)","time":\#(entry.time),"user_id":"\#(entry.user)","#
                + #""operator":"\#(entry.operation.rawValue)","value":\#(entry.value),"#
                + #""score_before":\#(number(entry.scoreBefore)),"score":\#(number(entry.score)),"#
                + #""rules":[\#(rules.joined(separator: ","))]"#
        )
        let texts = [
            ("ip", entry.ip), ("request_id", entry.requestID), ("trace_id", entry.trace ?? ""),
            ("actor", entry.actor ?? ""), ("held_by", entry.hand ?? ""), ("held_reason", entry.handReason ?? ""),
        ]
        for (name, text) in texts where !text.isEmpty {
            body.writeString(#","\#(name)":"#)
            body.writeJSON(text)
        }
        for (name, words) in [("seasons", entry.seasons), ("segments", entry.segments)] where !words.isEmpty {
            body.writeString(#","\#(name)":["#)
            for (index, word) in words.enumerated() {
                if index > 0 { body.writeStaticString(",") }
                body.writeJSON(word)
            }
            body.writeStaticString("]")
        }
        if let metadata = entry.metadata { body.writeString(#","metadata":\#(metadata.json)"#) }
        body.writeStaticString("}")
    }

    /// What became of one, or would.
    static func answer(
        _ reviewed: Reviewed,
        _ held: HeldEntry,
        _ definition: BoardDefinition
    ) throws(Refusal) -> ByteBuffer {
        let head = #"{"status":"success","held_id":"\#(held.id)","user_id":"\#(held.user)","#
        switch reviewed {
        case .released(let released):
            let seasons = AuditJSON.finalSeasons(released.finalSeasons)
            return ByteBuffer(
                string: head + #""released":true,"score":\#(released.score),"points":\#(released.points)\#(seasons)}"#
            )
        case .counted(let score):
            return ByteBuffer(string: head + #""rejected":true,"counted_before":true,"score":\#(score)}"#)
        case .rejected: return ByteBuffer(string: head + #""rejected":true}"#)
        case .gone: throw .heldNotFound
        case .suspended: throw .userSuspended
        case .scoreLimit(let window): throw .scoreLimit(definition.scores, in: window)
        }
    }

    static func answer(_ reviewed: ReviewedMany, _ definition: BoardDefinition) -> ByteBuffer {
        var body = ByteBuffer(
            string: #"{"status":"success","released":\#(reviewed.released),"rejected":\#(reviewed.rejected),"kept":["#
        )
        for (index, kept) in reviewed.kept.enumerated() {
            let refusal: Refusal =
                if case .scoreLimit(let window) = kept.why { .scoreLimit(definition.scores, in: window) } else {
                    .userSuspended
                }
            let comma = index > 0 ? "," : ""
            body.writeString(#"\#(comma){"held_id":"\#(kept.held.id)","user_id":"\#(kept.held.user)","code":"#)
            body.writeJSON(refusal.code)
            body.writeStaticString("}")
        }
        let next = reviewed.next.map { "\"\($0)\"" } ?? "null"
        body.writeString(#"],"next":\#(next)}"#)
        return body
    }

    /// What an act would be about.
    static func answer(_ summary: HeldSummary) -> ByteBuffer {
        let last = summary.last.map { "\"\($0)\"" } ?? "null"
        return ByteBuffer(
            string:
                #"{"status":"success","updates":\#(summary.updates),"users":\#(summary.users.count),"upto":\#(last)}"#
        )
    }
}
