import Board
import Text

/// A place where entries of the audit are lost, and a rebuild was told to go on all the same. An entry tells of it (the field `gap`,
/// `Functions/restore.lua`): no fault is found there, as long as nothing else is missing.
struct AuditGap: Equatable {
    /// The first entry behind it.
    let next: AuditID
    /// What stands before that, as ``AuditChain/Link/inOneLine``; ``nothing`` if it is the first entry there is.
    let before: String

    static let nothing = "-"

    init(next: AuditID, after place: AuditChain.Link?) {
        self.next = next
        before = place?.inOneLine ?? Self.nothing
    }

    /// As the field has it; nil for anything else.
    init?(_ text: String) {
        let (next, before) = text.cut(at: " ")
        guard let next = AuditID(next), let before else { return nil }
        self.next = next
        self.before = String(before)
    }

    var text: String { "\(next) \(before)" }
}

/// What has to be known of an audit before it can be followed from its beginning on: what stands further behind tells of it.
struct AuditFootnotes {
    var erased: [ErasedEntry] = []
    var gaps: [AuditGap] = []
    var accepted: Set<AcceptedPlace> = []
    var acceptances: [AuditAcceptance] = []
    /// By pseudonym of who was erased: where the erasure stands, and what the user had then.
    private var erasures: [String: (id: AuditID, points: Int)] = [:]
    /// By pseudonym, what is left of entries: where they stood, and what they added.
    private var remains: [String: [(place: AuditID, increase: Int)]] = [:]
    /// By the place of the erased entry.
    private(set) var pseudonyms: [AuditID: String] = [:]

    /// The last entry that tells of an erased one.
    var newestErasure: AuditID { erased.map(\.id).max() ?? .zero }

    mutating func read(_ entries: some Sequence<AuditEntry>) {
        for entry in entries {
            if let gone = entry.erased {
                erased.append(gone)
                pseudonyms[gone.link.id] = entry.user
                remains[entry.user, default: []].append((gone.link.id, entry.increase))
            }
            if entry.action == .erase { erasures[entry.user] = (entry.id, ScoreRange.held(0 - entry.increase)) }
            if let acceptance = AuditAcceptance(entry) {
                acceptances.append(acceptance)
                accepted.formUnion(AcceptedPlace.all(in: entry["places"] ?? ""))
            }
            if entry.action == .rebuild, let gap = entry["gap"].flatMap(AuditGap.init) { gaps.append(gap) }
        }
    }

    /// Of entries that a backup has: who was erased since, with the place of the erasure and the pseudonym. An erasure leaves something of
    /// each entry that is there; where one of them had been lost, the others tell whose it was.
    func erased(among entries: some Sequence<AuditEntry>) -> [String: (id: AuditID, pseudonym: String)] {
        var names: [String: (id: AuditID, pseudonym: String)] = [:]
        for entry in entries {
            guard let pseudonym = pseudonyms[entry.id], let erasure = erasures[pseudonym] else { continue }
            names[entry.user] = (erasure.id, pseudonym)
        }
        return names
    }

    /// Erasures behind this place of users of whom the audit had no entry up to it: what they had there, by the place of the erasure.
    /// Nobody can say who they were.
    func unclearErasures(since end: AuditID) -> [AuditID: Int] {
        var points: [AuditID: Int] = [:]
        for (pseudonym, erasure) in erasures where erasure.id > end {
            let remains = remains[pseudonym] ?? []
            guard remains.allSatisfy({ $0.place > end }) else { continue }
            points[erasure.id] = remains.reduce(erasure.points) { ScoreRange.held($0 - $1.increase) }
        }
        return points
    }
}
