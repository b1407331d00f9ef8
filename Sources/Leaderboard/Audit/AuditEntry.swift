import Board
import Text
import RedisClient

/// One change of the board, as the audit stream has it.
package struct AuditEntry: Sendable, Equatable {
    package enum Action: String, Sendable {
        case update, suspend, reinstate, revert
        /// A user was erased; from then on the pseudonym stands for the name.
        case erase
        /// What is left of an entry that named an erased user.
        case erased
        /// Scores were put right from the audit, or the board from a backup.
        case rebuild, restore
        /// The user kept points of which a lost part of the audit told.
        case recover
        /// The user's score is what another service wrote.
        case adopt
        /// The board goes on with other ties.
        case ties
        /// An operator goes on over places at which the audit does not hold together.
        case accept
        /// Seasons of the board's windows begin (`Functions/windows.lua`).
        case season
        /// What a user says of itself was changed by an operator, or is not held any more; or was taken away, and is held.
        case profile, blank
        /// The board is not shown from now on, or is shown again.
        case freeze, reveal
        /// An update waits for an operator's word; it was dropped.
        case held, reject
        /// All updates of the user are held from now on; or as the rules have it again.
        case hold, unhold
    }

    package let id: AuditID
    /// All that is there, in order: the chain's hash is over it.
    package let fields: [Field]

    package init(id: AuditID, fields: [Field]) {
        self.id = id
        self.fields = fields
    }

    /// The value of the first field of this name.
    package subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// What Redis' clock said, in milliseconds since 1970: the id's time, or less where the id ran ahead of the clock, which
    /// had been set back. Never later than the id.
    package var time: UInt64 { statedTime ?? id.milliseconds }

    /// The field `time`; nil also for what can be none.
    private var statedTime: UInt64? {
        self["time"].flatMap { UInt64($0) }.flatMap { $0 <= id.milliseconds ? $0 : nil }
    }

    /// A pseudonym when the user was erased, `*` for the whole board.
    package var user: String { self["user"] ?? "" }
    /// The same where it is a user id or a pseudonym. What another writer named is a user only byte for byte: two strings are equal
    /// where Unicode takes them for one (`K` and U+212A).
    var userID: UserID? { try? UserID(user) }

    func names(_ text: String) -> Bool { user.utf8.elementsEqual(text.utf8) }

    /// Below 0 for what was taken back.
    package var increase: Int { integer("increase") ?? 0 }
    /// After it; nil if the user had none.
    package var score: Int? { integer("score") }
    package var seq: Int? { integer("seq") }
    /// What an update did. Nil: one that this release does not know, or no update.
    var operation: BoardDefinition.Operator? {
        guard action == .update else { return nil }
        return self["op"].map(BoardDefinition.Operator.init(rawValue:)) ?? .incr
    }
    /// What an update asked for, where that is not what it added.
    var value: Int? { integer("value") }
    /// The score that it says, whatever the user had before it: of `set` and `best`, and of who lost entries.
    var saidScore: Int? {
        switch operation {
        case .set, .best: score
        case .incr, .decr: nil
        case nil: action == .recover ? score : nil
        }
    }
    /// Of a change that gave the user another score: its seq, if it says since when the user has that. Who lost entries keeps the place,
    /// and so does who has what another service wrote.
    var arrival: Int? {
        switch action {
        // One that was released counts as of when it was made.
        case .update: integer("reached") ?? seq
        // An undo puts the user where they would be.
        case .revert: score == nil ? nil : integer("reached") ?? seq
        default: nil
        }
    }
    /// Points of before the user's first entry, of which this one tells.
    var unaudited: Int { integer("unaudited") ?? 0 }
    /// Nil: one that this release does not know.
    package var action: Action? { Action(rawValue: self["action"] ?? "update") }
    /// The rules of plausibility that it met, and that flag what meets them.
    package var flags: [String] { (self["flag"] ?? "").words.map(String.init) }
    /// Of an update that is held: the rules that it met.
    package var heldBy: [String] {
        guard action == .held else { return [] }
        return (self["rules"] ?? "").parts(at: ";").compactMap { $0.words.first.map(String.init) }
    }
    /// Those that the user is in from this update on, where it moved the user; else none.
    package var segments: [String] { (self["segments"] ?? "").words.map(String.init) }
    /// The seasons that were over and that it reached, as `weekly/2026-W48`: of an update that came late, those in which it counted; of an
    /// operator's act, those that were final.
    package var seasons: [String] { FinalSeasons.names(self["season"] ?? "") }
    /// An operator added or took the points, and says why.
    package var isAdjustment: Bool { self["action"] == nil && self["reason"] != nil && !isRelease }
    /// An update that had waited for an operator's word, and counts.
    package var isRelease: Bool { self["action"] == nil && self["released"] != nil }
    /// The same; it tells by which change the user came to the score, which may be the score of before.
    var isReached: Bool { isRelease && self["reached"] != nil }
    /// Of one of these: the seq of its entry `held`; where it was made before edition 19 of the functions, of the last change before that.
    var made: Int? { isRelease ? integer("made").map { max(0, $0) } : nil }
    /// Whether the user was suspended after it, or hidden; nil where it does not tell. Of what is left of an erased entry, what that told. An
    /// update tells it: none counts of a suspended user, and that of a hidden one says so.
    var suspends: Bool? {
        switch action == .erased ? self["was"].flatMap(Action.init) : action {
        case .suspend: true
        case .reinstate: false
        case .update: isOfHidden
        default: nil
        }
    }
    /// An update of a hidden user: its points are in what is kept of them.
    var isOfHidden: Bool { self["hidden"] != nil }
    /// Of one that suspends its user, or is such a user's: whether they are hidden.
    package var hides: Bool { isOfHidden || self["kind"] == Self.hiddenKind }
    private static let hiddenKind = "hidden"
    /// The updates that it took back, by seq: of each, the user's last one before it that has the seq.
    package var reverts: [Int] {
        (self["reverts"] ?? "").words.compactMap { Int($0).flatMap(ScoreRange.checked) }
    }
    /// The same of those of which a later one has the seq, too, by their entries.
    package var revertedEntries: [AuditID] {
        (self["reverts"] ?? "").words.compactMap { Int($0) == nil ? AuditID($0) : nil }
    }

    /// It undoes reverts: these updates count again, named as those of a revert are.
    package var isUnrevert: Bool { action == .revert && self["returns"] != nil }
    package var returns: [Int] { (self["returns"] ?? "").words.compactMap { Int($0).flatMap(ScoreRange.checked) } }
    package var returnedEntries: [AuditID] {
        (self["returns"] ?? "").words.compactMap { Int($0) == nil ? AuditID($0) : nil }
    }
    /// The user was not on the board before it: of an undo.
    var wasAbsent: Bool { self["absent"] != nil }

    /// Behind it the order of equals goes by other seqs than those of the changes by which they came to their scores. A restore of what
    /// a backup says since when leaves them, and says so.
    var tellsPlacesAnew: Bool { action == .ties || action == .restore && self["arrivals"] == nil }

    /// It tells of one user's score.
    var isOfUser: Bool {
        switch action {
        case .update, .suspend, .reinstate, .revert, .recover, .adopt: true
        case .erase, .erased, .rebuild, .restore, .ties, .accept, .season, .freeze, .reveal, .profile, .blank, .held,
            .reject, .hold, .unhold, nil:
            false
        }
    }

    /// The names of fields that are not what our functions write: an entry of another writer, or one that was edited. `user`
    /// is among them where there is none.
    package var malformed: [String] {
        var names = user.isEmpty ? ["user"] : []
        for field in fields where !names.contains(field.name) {
            let isGood =
                switch field.name {
                case "increase", "score", "seq", "unaudited", "value", "reached", "made":
                    field.value.isEmpty || integer(field.name) != nil
                case "time": statedTime != nil
                default: field.isText
                }
            if !isGood { names.append(field.name) }
        }
        return names
    }

    /// Nil also for what no score, increase or seq can be.
    private func integer(_ name: String) -> Int? {
        self[name].flatMap { Int($0) }.flatMap(ScoreRange.checked)
    }
}

extension AuditEntry {
    /// An element of a reply to `XRANGE`.
    init?(reply: RESPValue) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text.flatMap(AuditID.init),
            let words = parts[1].array, words.count.isMultiple(of: 2)
        else { return nil }
        var fields: [Field] = []
        fields.reserveCapacity(words.count / 2)
        for index in stride(from: 0, to: words.count, by: 2) {
            guard case .string(let name) = words[index], case .string(let value) = words[index + 1] else { return nil }
            fields.append(Field(name: name, value: value))
        }
        self.init(id: id, fields: fields)
    }
}
