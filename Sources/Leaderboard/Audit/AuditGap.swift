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
    /// By the place of the erased entry.
    private(set) var pseudonyms: [AuditID: String] = [:]

    /// The last entry that tells of an erased one.
    var newestErasure: AuditID { erased.map(\.id).max() ?? .zero }

    mutating func read(_ entries: some Sequence<AuditEntry>) {
        for entry in entries {
            if let gone = entry.erased {
                erased.append(gone)
                pseudonyms[gone.link.id] = entry.user
            }
            if entry.action == .rebuild, let gap = entry["gap"].flatMap(AuditGap.init) { gaps.append(gap) }
        }
    }
}
