import Board
import Text
import Leaderboard
import NIOCore
import Seasons

/// The audit as operators read it.
enum AuditJSON {
    /// The fields of the stream, and what each is called here; `reverts` becomes a list.
    private static let names = [
        "user": "user_id", "increase": "score_increase", "score": "score", "seq": "seq", "ip": "ip",
        "request": "request_id", "trace": "trace_id", "actor": "actor", "reason": "reason", "was": "was", "of": "of",
        "hash": "hash", "unaudited": "unaudited", "places": "places", "op": "operator", "value": "value",
        "held": "held_id", "released": "held_id", "made_at": "made_at", "reporter": "reporter",
        "counted": "counted_seq",
    ]
    private static let numbers: Set = ["increase", "score", "seq", "unaudited", "value", "made_at", "counted"]
    /// Characters of a value that are shown: ours are shorter.
    private static let longest = 1000

    /// - Parameter reverted: its updates that count no more.
    static func page(_ page: AuditPage, reverted: Set<AuditID>) -> ByteBuffer {
        var body = ByteBuffer(string: #"{"entries":"#)
        write(page.entries, reverted: reverted, into: &body)
        body.writeStaticString(#","next":"#)
        if let next = page.next { body.writeJSON(next.description) } else { body.writeStaticString("null") }
        body.writeStaticString("}")
        return body
    }

    static func write(_ entries: [AuditEntry], reverted: Set<AuditID> = [], into body: inout ByteBuffer) {
        body.writeStaticString("[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            write(entry, isReverted: reverted.contains(entry.id), into: &body)
        }
        body.writeStaticString("]")
    }

    private static func write(_ entry: AuditEntry, isReverted: Bool, into body: inout ByteBuffer) {
        // No reader of JSON takes a greater number for what it is; the id tells it.
        let time = min(entry.time, UInt64(ScoreRange.limit))
        body.writeString(#"{"id":"\#(entry.id)","time":\#(time),"action":"#)
        let action =
            entry.isUnrevert
            ? "unrevert"
            : entry["action"] ?? (entry.isRelease ? "release" : entry.isAdjustment ? "adjust" : "update")
        body.writeJSON(String(action.prefix(longest)))
        var seen: Set<String> = []
        for field in entry.fields {
            guard let name = names[field.name], !field.value.isEmpty else { continue }
            guard seen.insert(name).inserted else { continue }
            if numbers.contains(field.name) {
                guard let number = Int(field.value), ScoreRange.contains(number) else { continue }
                body.writeString(#","\#(name)":\#(number)"#)
            } else {
                body.writeString(#","\#(name)":"#)
                body.writeJSON(String(field.value.prefix(longest)))
            }
        }
        writeWords("malformed", entry.malformed, into: &body)
        let flags = entry.action == .held ? entry.heldBy : entry.flags
        writeWords("flags", Array(flags.prefix(PlausibilityRule.maximumCount)), into: &body)
        writeWords("seasons", entry.seasons, into: &body)
        writeWords("segments", Array(entry.segments.prefix(BoardSegments.maximumKinds)), into: &body)
        if entry.hides { body.writeStaticString(#","hidden":true"#) }
        if isReverted { body.writeStaticString(#","reverted":true"#) }
        if entry["reverts"] != nil {
            body.writeString(#","reverts":[\#(entry.reverts.map(String.init).joined(separator: ","))]"#)
        }
        if entry.isUnrevert {
            body.writeString(#","unreverts":[\#(entry.returns.map(String.init).joined(separator: ","))]"#)
        }
        for (name, ids) in [("reverted_entries", entry.revertedEntries), ("unreverted_entries", entry.returnedEntries)]
        where !ids.isEmpty {
            body.writeString(#","\#(name)":[\#(ids.map { "\"\($0)\"" }.joined(separator: ","))]"#)
        }
        body.writeStaticString("}")
    }

    /// Left out where there are none.
    private static func writeWords(_ name: String, _ words: [String], into body: inout ByteBuffer) {
        guard !words.isEmpty else { return }
        body.writeString(#","\#(name)":["#)
        for (index, word) in words.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            body.writeJSON(String(word.prefix(100)))
        }
        body.writeStaticString("]")
    }

    /// A member of an act's answer: the final seasons that it changed. Nothing where there are none.
    static func finalSeasons(_ names: [String]) -> String {
        guard !names.isEmpty else { return "" }
        // Nothing in one has to be escaped.
        return #","final_seasons":[\#(names.map { "\"\($0)\"" }.joined(separator: ","))]"#
    }

    static func export(_ export: UserExport) -> ByteBuffer {
        func number(_ value: Int?) -> String { value.map(String.init) ?? "null" }
        let holding = export.holding
        var body = ByteBuffer(
            string: #"{"user_id":"\#(export.user)","score":\#(number(holding.score)),"rank":\#(number(holding.rank)),"#
                + #""suspended":\#(holding.isSuspended)\#(UserBoardsJSON.hidden(holding)),"withheld_score":\#(number(holding.withheld)),"#
                + #""rate_limit_full_at_us":\#(number(holding.bucketFullAt)),"idempotency_keys":["#
        )
        for (index, key) in export.idempotencyKeys.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            body.writeJSON(key)
        }
        body.writeStaticString(#"],"audit":"#)
        write(export.audit, into: &body)
        body.writeString(#","audit_is_cut":\#(export.isCut)"#)
        if !export.seasons.isEmpty {
            let seasons = export.seasons.map { season in
                #"{"window":"\#(season.window.rawValue)","season":"\#(season.season)","score":\#(number(season.score)),"#
                    + #""rank":\#(number(season.rank)),"withheld_score":\#(number(season.withheld))}"#
            }
            body.writeString(#","seasons":[\#(seasons.joined(separator: ","))]"#)
        }
        if !export.segments.isEmpty {
            // Nothing in one has to be escaped.
            let segments = export.segments.map { "\"\($0)\"" }
            body.writeString(#","segments":[\#(segments.joined(separator: ","))]"#)
        }
        if !export.metadata.metadata.isEmpty { body.writeString(#","metadata":\#(export.metadata.metadata.json)"#) }
        if export.metadata.isHeld { body.writeStaticString(#","profile_held":true"#) }
        if export.isBeingErased { body.writeStaticString(#","erasing":true"#) }
        body.writeStaticString("}")
        return body
    }
}
