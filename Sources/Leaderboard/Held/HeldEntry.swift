package import Board
import RedisClient
import Seasons
import Text

/// An update that waits for an operator's word, with its evidence (`Functions/held.lua`).
package struct HeldEntry: Sendable, Equatable {
    /// Under which it waits.
    package let id: AuditID
    package let user: UserID
    package let operation: BoardDefinition.Operator
    package let value: Int
    /// Its seq; of one that waits since before edition 19 of the functions, that of the last change before it.
    package let made: Int
    /// Milliseconds since 1970.
    package let time: Int
    /// What the user had then; nil: the user was not on the board.
    package let scoreBefore: Int?
    /// What it would have come to then.
    package let score: Int?
    /// The rules that it met.
    package let met: [MetRule]
    package let ip: String
    package let requestID: String
    package let trace: String?
    /// The service that reports it; nil: the user.
    package let actor: String?
    /// Of a user on hold: the operator who has put them there.
    package let hand: String?
    /// The same: why.
    package let handReason: String?
    /// Those that it names, as `country:de`.
    package let segments: [String]
    /// What the user says of itself with it: `{}`, that nothing is said any more. Nil: nothing is said with it, or nothing that may be shown.
    package let metadata: UserMetadata?
    /// Of its idempotency key, what the key's name has behind its user's; nil: it came without one, or waits since before edition 20.
    let idem: String?
    /// In which it counts when it is released, as far as they are kept.
    let windows: [WindowSeason]

    /// As `weekly/2026-W48`.
    package var seasons: [String] { windows.map { "\($0.window)/\($0.season.id)" } }

    /// Nil: another writer put it there.
    init?(_ entry: AuditEntry) {
        func number(_ name: String) -> Int? { entry[name].flatMap { Int($0) }.flatMap(ScoreRange.checked) }
        guard let user = entry.userID, let value = number("value"), let made = number("seq"), made >= 0,
            let operation = entry["op"].flatMap(BoardDefinition.Operator.init(rawValue:)), let time = number("time"),
            time >= 0
        else { return nil }
        (self.user, self.value, self.made, self.operation, self.time) = (user, value, made, operation, time)
        id = entry.id
        scoreBefore = number("had")
        score = number("score")
        met = MetRule.list(.init(text: entry["rules"] ?? "")) ?? []
        ip = entry["ip"] ?? ""
        requestID = entry["request"] ?? ""
        trace = entry["trace"]
        actor = entry["actor"]
        hand = entry["hand"]
        handReason = entry["why"]
        segments = (entry["segments"] ?? "").words.map(String.init)
        metadata = entry["meta"].flatMap { UserMetadata(stored: $0) }
        idem = entry["idem"].flatMap { (1...BoardKeys.longestIdemRest).contains($0.utf8.count) ? $0 : nil }
        windows = (entry["seasons"] ?? "").parts(at: ";").compactMap { WindowSeason(text: $0) }
    }

    /// What it adds, of one that adds or takes away.
    var change: Int { operation == .decr ? -value : value }

    /// As the audit would have it, had it counted when it was made.
    func asUpdate(in windows: [WindowSeason]) -> AuditEntry {
        // No entry of the audit has such an id.
        let entryID = AuditID(milliseconds: id.milliseconds, number: .max - id.number)
        let fields = [
            ("user", user.rawValue), ("op", operation.rawValue), ("value", String(value)), ("seq", String(made)),
            ("time", String(time)), ("held", id.description), ("season", windows.map(\.name).joined(separator: ";")),
        ]
        return AuditEntry(id: entryID, fields: fields.map { AuditEntry.Field(name: $0.0, value: $0.1) })
    }
}

extension RESPValue {
    fileprivate init(text: String) { self = .string(Array(text.utf8)) }
}

/// Which of those that wait are wanted; what is nil does not matter.
package struct HeldFilter: Sendable, Equatable {
    package var user: UserID?
    package var rule: PlausibilityRule.Name?

    package init(user: UserID? = nil, rule: PlausibilityRule.Name? = nil) {
        self.user = user
        self.rule = rule
    }

    func matches(_ entry: HeldEntry) -> Bool {
        (user.map { $0 == entry.user } ?? true) && (rule.map { rule in entry.met.contains { $0.name == rule } } ?? true)
    }
}

/// A page of those that wait, oldest first.
package struct HeldPage: Sendable, Equatable {
    package let entries: [HeldEntry]
    /// Ask again behind it for later ones; nil: there are none.
    package let next: AuditID?
    /// How many wait on the board, wanted or not.
    package let waiting: Int
}
