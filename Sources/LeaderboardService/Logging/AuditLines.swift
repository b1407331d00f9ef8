/// Which of the audit's lines are written. The audit stream in Redis has all of them anyway.
package struct AuditLines: Sendable, Equatable {
    /// `AUDIT_LOG`.
    package enum Kind: String, Sendable, CaseIterable {
        /// Updates that were added, and refused ones.
        case all
        case refusals
        case off
    }

    var kind = Kind.all
    /// Of the updates that were added, those have a line whose seq is a multiple of it: all instances of a board write the same
    /// share, and none must count. At least 1.
    var sample = 1

    init(_ kind: Kind = .all, sample: Int = 1) {
        self.kind = kind
        self.sample = max(1, sample)
    }

    var hasRefusals: Bool { kind != .off }

    func hasUpdate(seq: Int) -> Bool {
        kind == .all && seq.isMultiple(of: sample)
    }
}

extension AuditLines {
    init(_ settings: SettingsReader) {
        self.init(
            settings.choice("AUDIT_LOG", default: .all),
            sample: settings.integer("AUDIT_LOG_SAMPLE", default: 1, in: 1...1_000_000)
        )
    }
}
