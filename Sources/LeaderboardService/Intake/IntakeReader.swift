import Board
import HTTPServer
import Leaderboard
import Text

/// Reads what other services write into a board's stream: the fields of an update, as its body has them, with `id`, `actor` and `ip`.
/// Further fields are ignored, but for those that whoever sends them would rely on.
enum IntakeReader {
    /// Who wrote an entry that does not say it.
    static let usualActor = "stream"

    private static let fields: Set<String> = [
        "user_id", "score_increase", "score_decrease", "score", "operator", "id", "actor", "ip",
    ]
    /// Of bodies: no entry has them.
    private static let ofBodies: Set<String> = ["season", "segments", "metadata", "grant"]

    /// As HTTP's answers name it, where there it can be met.
    private struct Fault: Error {
        let reason: String

        static let entry = Fault(reason: "invalid_entry")
    }

    static func read(_ entry: IntakeEntry, _ definition: BoardDefinition) -> ReadIntake {
        do throws(Fault) {
            return ReadIntake(entry.id, .update(try update(entry, definition)))
        } catch {
            return ReadIntake(entry.id, .rejected(error.reason))
        }
    }

    private static func update(_ entry: IntakeEntry, _ definition: BoardDefinition) throws(Fault) -> IntakeUpdate {
        guard let words = entry.words else { throw Fault(reason: "entry_too_large") }
        let texts = try texts(words)
        let key: IdempotencyKey?
        do { key = try texts["id"].map { (text) throws(InvalidIdempotencyKey) in try IdempotencyKey(text) } } catch {
            throw Fault(reason: "invalid_idempotency_key")
        }
        guard let actor = try? UserID(texts["actor"] ?? usualActor) else { throw Fault(reason: "invalid_actor") }
        var ip = ""
        if let text = texts["ip"] {
            guard let address = IPAddress(text) else { throw Fault(reason: "invalid_ip") }
            ip = "\(address)"
        }
        do throws(ScoreUpdateError) {
            let object = JSONObject(members: members(texts))
            let update = try BoardUpdate(object, by: try ScoreUpdate.user(of: object), of: definition)
            return IntakeUpdate(update, key, by: actor, ip: ip)
        } catch {
            throw Fault(reason: Refusal(error).code)
        }
    }

    private static func texts(_ words: [[UInt8]]) throws(Fault) -> [String: String] {
        var texts: [String: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            let name = String(decoding: words[index], as: UTF8.self)
            if ofBodies.contains(name) { throw Fault.entry }
            guard fields.contains(name) else { continue }
            guard texts[name] == nil, let text = String(validating: words[index + 1], as: UTF8.self) else {
                throw Fault.entry
            }
            texts[name] = text
        }
        return texts
    }

    /// As a body of JSON has them. A score that is no whole number stays a text, which is refused as such.
    private static func members(_ texts: [String: String]) -> [JSONObject.Member] {
        texts.map { name, text in
            guard name.hasPrefix("score"), let number = Int(text), !text.hasPrefix("+") else {
                return .init(name: name, value: .string(text))
            }
            return .init(name: name, value: .number(JSONNumber(number)))
        }
    }
}
