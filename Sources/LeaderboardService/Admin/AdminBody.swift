import Board
import Text
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore

/// The JSON bodies that operators send. A member that is none of those that the operation has is refused: it could be one that was
/// meant to narrow what is done.
struct AdminBody {
    static let maximumBytes = 4096

    private let object: JSONObject

    /// - Parameters:
    ///   - members: that there may be.
    ///   - isOptional: no body at all is an empty object.
    init(_ request: Request, members: [String] = ["reason"], isOptional: Bool = false) throws(Refusal) {
        let object = try Self.object(of: request, maximumBytes: Self.maximumBytes, isOptional: isOptional)
        if let unknown = UnknownWord(in: object.members.map(\.name), known: members) {
            throw .invalidBody(unknown.text(as: "member"))
        }
        self.object = object
    }

    /// The body, an object of whichever members.
    static func object(
        of request: Request,
        maximumBytes: Int,
        isOptional: Bool = false
    ) throws(Refusal) -> JSONObject {
        guard case .complete(let body) = request.body else { throw .bodyTooLarge(maximumBytes) }
        let isLeftOut = isOptional && body.readableBytes == 0
        guard isLeftOut || MediaType.isJSON(request.headers) else { throw .unsupportedMediaType }
        let value: JSONValue
        do {
            value = try JSONValue(json: isLeftOut ? ByteBuffer(string: "{}") : body, maximumBytes: maximumBytes)
        } catch {
            throw Refusal(ScoreUpdateError(.json, "The body is not valid JSON: \(error)."))
        }
        guard let object = value.object else {
            throw Refusal(ScoreUpdateError(.json, "The body must be a JSON object."))
        }
        return object
    }

    /// Why, for the audit: whatever changes something has to say it.
    func reason() throws(Refusal) -> AuditReason {
        guard object["reason"] != nil else { throw .invalidBody("reason is missing: say why, for the audit.") }
        do { return try AuditReason(object["reason"]?.string ?? "") } catch { throw .invalidBody("\(error)") }
    }

    /// Of a preview, which changes nothing: it may be left out.
    func checkReason() throws(Refusal) {
        if object["reason"] != nil { _ = try reason() }
    }

    /// Nil: it is left out.
    func text(_ name: String) throws(Refusal) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string else { throw .invalidBody("\(name) must be a string.") }
        return text
    }

    /// False: it is left out.
    func isTrue(_ name: String) throws(Refusal) -> Bool {
        guard let value = object[name] else { return false }
        guard value.bool == true else { throw .invalidBody("\(name) must be true, or left out.") }
        return true
    }

    /// Nil: it is left out.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let value = object[name] else { return nil }
        guard let number = value.integer, range.contains(number) else {
            throw .invalidBody("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    static let adjustMembers = ["score_increase", "score_decrease", "score", "reason"]

    /// One of `score_increase`, `score_decrease` and `score`.
    func adjustment() throws(Refusal) -> Adjustment {
        let operations: [(String, BoardDefinition.Operator)] = [
            ("score_increase", .incr), ("score_decrease", .decr), ("score", .set),
        ]
        let named = operations.filter { object[$0.0] != nil }
        guard let (member, operation) = named.first, named.count == 1 else {
            throw .invalidBody("Give one of score_increase, score_decrease and score.")
        }
        guard let value = object[member]?.integer, let adjustment = Adjustment(operation, value) else {
            let least = operation == .set ? -ScoreRange.limit : 0
            throw .invalidBody("\(member) must be an integer from \(least) to \(ScoreRange.limit).")
        }
        return adjustment
    }

    static let revertMembers = ["user_id", "since", "until", "seq", "reason"]

    /// `{"user_id", "since"?, "until"?}` or `{"seq"}`.
    func revertSelection() throws(Refusal) -> RevertSelection {
        if let seq = object["seq"] {
            guard object["user_id"] == nil, object["since"] == nil, object["until"] == nil else {
                throw .invalidBody("Give either seq, or user_id with since and until.")
            }
            guard let number = seq.integer, (1...ScoreRange.limit).contains(number) else {
                throw .invalidBody("seq must be a whole number from 1.")
            }
            return .update(seq: number)
        }
        do {
            let user = try UserID(object["user_id"]?.string ?? "")
            let (since, until) = (try moment("since"), try moment("until"))
            guard Moment.areInOrder(since, until) else { throw Refusal.invalidBody(Moment.order) }
            return .updates(of: user, since: since, until: until)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .invalidUserID("\(error)")
        }
    }

    static let unrevertMembers = ["user_id", "since", "until", "seq", "reverts", "reason"]
    /// Of one call.
    private static let maximumReverts = 100

    /// `{"reverts": [seq, …]}`, or which updates, as of a revert.
    func unrevertSelection() throws(Refusal) -> UnrevertSelection {
        guard let reverts = object["reverts"] else { return .updates(try revertSelection()) }
        guard ["seq", "user_id", "since", "until"].allSatisfy({ object[$0] == nil }) else {
            throw .invalidBody("Give one of reverts, seq, and user_id with since and until.")
        }
        let seqs =
            reverts.array?.compactMap { $0.integer.flatMap { (1...ScoreRange.limit).contains($0) ? $0 : nil } } ?? []
        guard (1...Self.maximumReverts).contains(seqs.count), seqs.count == reverts.array?.count else {
            throw .invalidBody(
                "reverts must be a list of 1 to \(Self.maximumReverts) seqs, each a whole number from 1."
            )
        }
        return .reverts(seqs)
    }

    private func moment(_ name: String) throws(Refusal) -> Int? {
        guard let value = object[name], value != .null else { return nil }
        guard let moment = value.integer.flatMap(Moment.checked) ?? value.string.flatMap(Moment.milliseconds) else {
            throw .invalidBody("\(name) \(Moment.rule).")
        }
        return moment
    }
}

/// A moment as an operator writes it: milliseconds since 1970, or RFC 3339 (`2026-11-25T04:00:00Z`).
package enum Moment {
    package static let rule = "must be in milliseconds since 1970, or as 2026-11-25T04:00:00Z"

    /// Of a whole second of a calendar.
    static func text(microseconds: Int) -> String {
        Date(timeIntervalSince1970: Double(microseconds / 1_000_000)).formatted(.iso8601)
    }

    static let order = "since must not be later than until."

    /// Either may be left out.
    static func areInOrder(_ since: Int?, _ until: Int?) -> Bool {
        guard let since, let until else { return true }
        return since <= until
    }

    static func checked(_ milliseconds: Int) -> Int? {
        (0...ScoreRange.limit).contains(milliseconds) ? milliseconds : nil
    }

    package static func milliseconds(_ text: String) -> Int? {
        if let number = Int(text) { return checked(number) }
        guard isTimestamp(text), let date = try? Date(text, strategy: .iso8601) else { return nil }
        return checked(Int(clamping: date.timeIntervalSince1970 * 1000))
    }

    /// As far as its length goes and its year, which has four digits (RFC 3339): no other reaches Foundation's calendar.
    private static func isTimestamp(_ text: String) -> Bool {
        (19...40).contains(text.utf8.count) && text.utf8.prefix(4).allSatisfy { (0x30...0x39).contains($0) }
            && text.utf8.dropFirst(4).first == UInt8(ascii: "-")
    }
}
