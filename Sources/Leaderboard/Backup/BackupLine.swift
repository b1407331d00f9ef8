import Board
import Text
import NIOCore

/// One line of a backup (NDJSON). First the header, then the definition that is stored for the board, if one is, the audit from the
/// oldest entry on, the scores, the scores that are withheld, the suspended users, who is in which segments, who is on hold, and what users say of themselves, each in
/// the order of their names, and what is shown of the board while it is frozen. Of a board with windows that end then which seasons hold, the stream of those that have ended, and each season that is kept, with the
/// scores in it and those that are withheld. Last the seal.
enum BackupLine: Equatable {
    case header(board: String, format: Int)
    case definition(BoardDefinition)
    case audit(AuditEntry)
    /// - Parameter reached: as ``BoardState/Place/reached``.
    case score(user: String, score: Int, reached: Int)
    case withheld(user: String, score: Int, reached: Int)
    /// - Parameter isHidden: and goes on scoring.
    case suspended(user: String, isHidden: Bool)
    /// What a user is in, as `country:de team:red`, in the order of the kinds.
    case segments(user: String, text: String)
    case profile(user: String, KeptProfile)
    /// The board's key ``BoardKeys/frozen``, while it is frozen.
    case frozen(FrozenRows)
    /// By an operator: all that is reported of the user waits for review.
    case onHold(user: String, HeldByHand)
    /// The board's key ``BoardKeys/seasons``, if there is one.
    case seasons(String)
    /// An entry of the stream ``BoardKeys/ended``.
    case ended(AuditEntry)
    /// The next ones that tell of scores in a season are of this one.
    case season(BackupSeason)
    case inSeason(user: String, score: Int, reached: Int)
    case withheldInSeason(user: String, score: Int, reached: Int)
    case seal(BackupSeal)

    /// Of a board of which no definition is stored: what every release reads.
    static let plainFormat = 1
    /// With a definition, and with `reached` where its ties need that.
    static let definedFormat = 2
    /// The same with seasons, and with segments: what the backup has of them is all that there was. With profiles and the rows of a frozen
    /// board, too; of releases that did not back them up, there are none in it.
    static let seasonalFormat = 3
    /// The same with who is on hold; where nobody is, a backup has one of the others, which earlier releases read.
    static let holdingFormat = 4
    /// An entry that tells of 500 reverts has about 9 KB; of another writer's there may be 200 words of 8 KB (`audit_page.lua`), each
    /// byte of which may take 6.
    static let maximumBytes = 12 << 20
}

extension BackupLine {
    /// Its hash is part of the seal.
    var isSealed: Bool {
        switch self {
        case .header, .seal: false
        case .definition, .audit, .score, .withheld, .suspended, .segments, .profile, .frozen, .onHold, .seasons,
            .ended, .season, .inSeason, .withheldInSeason:
            true
        }
    }

    /// Some of them may be left out by a restore.
    var isShown: Bool {
        switch self {
        case .profile, .frozen: true
        default: false
        }
    }

    /// What a board keeps; false for a member that is no user id.
    var isOfBoard: Bool {
        switch self {
        case .header, .definition, .audit, .frozen, .seasons, .ended, .season, .seal: true
        case .score(let user, _, _), .withheld(let user, _, _), .suspended(let user, _), .segments(let user, _),
            .profile(let user, _), .onHold(let user, _), .inSeason(let user, _, _), .withheldInSeason(let user, _, _):
            (try? UserID(user)) != nil
        }
    }
}

/// The end of a backup: where the board was, and what the lines before it must come to.
struct BackupSeal: Equatable {
    var seq = 0
    /// End of the audit's chain; empty if there is none.
    var chain = ""
    /// Lines between header and seal.
    var lines = 0
    /// SHA-256 of these lines.
    var sha256 = ""
}

/// What is wrong with a backup.
package struct InvalidBackup: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

extension BackupLine {
    /// With its line feed.
    func write(into buffer: inout ByteBuffer) {
        switch self {
        case .header(let board, let format):
            buffer.writeString(#"{"type":"leaderboard-backup","format":\#(format),"board":"#)
            buffer.writeJSON(board)
        case .definition(let definition):
            buffer.writeStaticString(#"{"type":"definition","definition":"#)
            buffer.writeImmutableBuffer(definition.stored)
        case .audit(let entry): buffer.writeEntry("audit", entry)
        case .score(let user, let score, let reached): buffer.writeScore("score", user, score, reached)
        case .withheld(let user, let score, let reached): buffer.writeScore("withheld", user, score, reached)
        case .suspended(let user, let isHidden):
            buffer.writeStaticString(#"{"type":"suspended","user":"#)
            buffer.writeJSON(user)
            if isHidden { buffer.writeStaticString(#","hidden":true"#) }
        case .segments(let user, let text):
            buffer.writeStaticString(#"{"type":"segments","user":"#)
            buffer.writeJSON(user)
            buffer.writeStaticString(#","segments":["#)
            for (index, segment) in text.parts(at: " ").enumerated() {
                if index > 0 { buffer.writeStaticString(",") }
                buffer.writeJSON(String(segment))
            }
            buffer.writeStaticString("]")
        case .profile(let user, let said):
            buffer.writeStaticString(#"{"type":"profile","user":"#)
            buffer.writeJSON(user)
            buffer.writeString(#","metadata":\#(said.json)"#)
        case .frozen(let rows):
            buffer.writeStaticString(#"{"type":"frozen","text":"#)
            buffer.writeJSON(rows.text)
        case .onHold(let user, let hand):
            buffer.writeStaticString(#"{"type":"on-hold","user":"#)
            buffer.writeJSON(user)
            buffer.writeStaticString(#","actor":"#)
            buffer.writeJSON(hand.actor)
            buffer.writeString(#","time":\#(hand.time),"reason":"#)
            buffer.writeJSON(hand.reason)
        case .seasons(let text):
            buffer.writeStaticString(#"{"type":"seasons","text":"#)
            buffer.writeJSON(text)
        case .ended(let entry): buffer.writeEntry("ended", entry)
        case .season(let season): season.write(into: &buffer)
        case .inSeason(let user, let score, let reached): buffer.writeScore("in-season", user, score, reached)
        case .withheldInSeason(let user, let score, let reached):
            buffer.writeScore("withheld-in-season", user, score, reached)
        case .seal(let seal):
            buffer.writeString(#"{"type":"seal","seq":\#(seal.seq),"chain":"#)
            buffer.writeJSON(seal.chain)
            buffer.writeString(#","lines":\#(seal.lines),"sha256":"#)
            buffer.writeJSON(seal.sha256)
        }
        buffer.writeStaticString("}\n")
    }

    /// - Parameter line: without its line feed.
    init(_ line: ByteBuffer) throws(InvalidBackup) {
        guard let object = try? JSONValue(json: line, maximumBytes: Self.maximumBytes).object,
            let parsed = Self.parse(object)
        else { throw InvalidBackup(description: "a line is none of a backup") }
        self = parsed
    }

    private static func parse(_ object: JSONObject) -> BackupLine? {
        switch object["type"]?.string {
        case "leaderboard-backup":
            guard let format = object["format"]?.integer, (plainFormat...holdingFormat).contains(format),
                let board = object["board"]?.string
            else { return nil }
            return .header(board: board, format: format)
        case "definition":
            return object["definition"]?.object.flatMap { try? BoardDefinition(stored: $0) }.map { .definition($0) }
        case "audit": return entry(object).map { .audit($0) }
        case "score": return row(object).map { .score(user: $0.user, score: $0.score, reached: $0.reached) }
        case "withheld": return row(object).map { .withheld(user: $0.user, score: $0.score, reached: $0.reached) }
        case "suspended":
            let isHidden = object["hidden"]?.bool == true
            return object["user"]?.string.map { .suspended(user: $0, isHidden: isHidden) }
        case "segments":
            let list = object["segments"]?.array ?? []
            let segments = list.compactMap { $0.string.flatMap { Segment($0) } }
            guard let user = object["user"]?.string, !segments.isEmpty, segments.count == list.count,
                Set(segments.map(\.kind)).count == segments.count, segments.count <= BoardSegments.maximumKinds
            else { return nil }
            return .segments(user: user, text: segments.map(\.description).joined(separator: " "))
        case "profile":
            guard let user = object["user"]?.string, let said = object["metadata"].flatMap({ KeptProfile($0) }) else {
                return nil
            }
            return .profile(user: user, said)
        case "frozen":
            return object["text"]?.string.flatMap { FrozenRows($0) }.map { .frozen($0) }
        case "on-hold":
            guard let user = object["user"]?.string, let actor = object["actor"]?.string,
                let time = object["time"]?.integer, let reason = object["reason"]?.string,
                let hand = HeldByHand(actor: actor, time: time, reason: reason)
            else { return nil }
            return .onHold(user: user, hand)
        case "seasons":
            return object["text"]?.string.flatMap { RunningSeasons.stored($0).isEmpty ? nil : .seasons($0) }
        case "ended": return entry(object).map { .ended($0) }
        case "season": return BackupSeason(object).map { .season($0) }
        case "in-season": return row(object).map { .inSeason(user: $0.user, score: $0.score, reached: $0.reached) }
        case "withheld-in-season":
            return row(object).map { .withheldInSeason(user: $0.user, score: $0.score, reached: $0.reached) }
        case "seal":
            guard let seq = object["seq"]?.integer, (0...ScoreRange.limit).contains(seq),
                let chain = object["chain"]?.string, let lines = object["lines"]?.integer,
                let sha256 = object["sha256"]?.string
            else { return nil }
            return .seal(BackupSeal(seq: seq, chain: chain, lines: lines, sha256: sha256))
        default: return nil
        }
    }
}

extension BackupLine {
    private static func row(_ object: JSONObject) -> (user: String, score: Int, reached: Int)? {
        guard let user = object["user"]?.string,
            let score = object["score"]?.integer.flatMap(ScoreRange.checked)
        else { return nil }
        guard let value = object["reached"] else { return (user, score, 0) }
        guard let reached = value.integer, (0..<ScoreRange.limit).contains(reached) else { return nil }
        return (user, score, reached)
    }

    /// Of a stream.
    private static func entry(_ object: JSONObject) -> AuditEntry? {
        guard let id = object["id"]?.string.flatMap(AuditID.init), let words = object["fields"]?.array,
            words.count.isMultiple(of: 2), !words.isEmpty
        else { return nil }
        let fields = stride(from: 0, to: words.count, by: 2).compactMap { field(words[$0], words[$0 + 1]) }
        return fields.count == words.count / 2 ? AuditEntry(id: id, fields: fields) : nil
    }

    private static func field(_ name: JSONValue, _ value: JSONValue) -> AuditEntry.Field? {
        if let name = name.string, let value = value.string { return AuditEntry.Field(name: name, value: value) }
        guard let name = word(name), let value = word(value) else { return nil }
        return AuditEntry.Field(name: name, value: value)
    }

    private static func word(_ value: JSONValue) -> [UInt8]? {
        if let text = value.string { return Array(text.utf8) }
        // One text for the same bytes: small letters.
        guard let digits = value.object?["hex"]?.string, let bytes = [UInt8](hexadecimal: digits),
            bytes.hexadecimal == digits
        else { return nil }
        return bytes
    }
}

extension ByteBuffer {
    fileprivate mutating func writeEntry(_ type: String, _ entry: AuditEntry) {
        writeString(#"{"type":"\#(type)","id":"\#(entry.id)","fields":["#)
        for (index, field) in entry.fields.enumerated() {
            if index > 0 { writeStaticString(",") }
            writeField(field)
        }
        writeStaticString("]")
    }

    /// Name and value of a field of an audit entry.
    fileprivate mutating func writeField(_ field: AuditEntry.Field) {
        if field.isUTF8 {
            writeJSON(field.name)
            writeStaticString(",")
            writeJSON(field.value)
        } else {
            writeWord(field.nameBytes)
            writeStaticString(",")
            writeWord(field.valueBytes)
        }
    }

    /// Text, or `{"hex":"ff00"}` for what JSON cannot hold: bytes that are not UTF-8.
    fileprivate mutating func writeWord(_ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            writeJSON(text)
        } else {
            writeString(#"{"hex":"\#(bytes.hexadecimal)"}"#)
        }
    }

    fileprivate mutating func writeScore(_ type: String, _ user: String, _ score: Int, _ reached: Int) {
        writeString(#"{"type":"\#(type)","user":"#)
        writeJSON(user)
        writeString(#","score":\#(score)"#)
        if reached > 0 { writeString(#","reached":\#(reached)"#) }
    }
}
