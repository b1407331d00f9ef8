import Board
import Text

/// Who must be in which segments, as the audit tells: an update that moves its user says all that they are in from then on. Of others it
/// is what a backup has, if there is one. Without I/O.
struct SegmentMemberships {
    private struct Word {
        /// `country:de team:red`
        let text: String
        let seq: Int
    }

    /// Of the last entry that was read.
    private(set) var seen = AuditID.zero
    /// By user.
    private var words: [String: Word]
    /// By kind: what was said up to this seq went with the kind, which came back empty.
    private let dropped: [SegmentKind: Int]
    private let backup: BackupSegments

    init(dropped: [SegmentKind: Int] = [:], _ backup: BackupSegments = BackupSegments()) {
        self.dropped = dropped
        self.backup = backup
        words = backup.users.mapValues { Word(text: $0, seq: backup.seq) }
    }

    mutating func read(_ page: [AuditEntry]) {
        for entry in page {
            seen = entry.id
            switch entry.action {
            case .update:
                guard let text = entry["segments"], let user = entry.userID?.rawValue, !isOlder(entry, user) else {
                    continue
                }
                words[user] = Word(text: text, seq: entry.seq ?? .max)
            // What stands before does not tell all, or is of another board.
            case .restore, .accept, .recover: forget(at: entry)
            case .rebuild where entry["gap"] != nil: forget(at: entry)
            default: break
            }
        }
    }

    /// The backup tells what came of it.
    private func isOlder(_ entry: AuditEntry, _ user: String) -> Bool {
        entry.id <= backup.end && backup.users[user] != nil
    }

    private mutating func forget(at entry: AuditEntry) {
        words = words.filter { isOlder(entry, $0.key) }
    }

    /// Of each user who must be in a segment of the kind, its value.
    func values(of kind: SegmentKind) -> [String: SegmentValue] {
        let prefix = "\(kind):"
        return words.compactMapValues { word in
            guard word.seq > dropped[kind] ?? -1, let named = word.text.words.first(where: { $0.hasPrefix(prefix) })
            else { return nil }
            return SegmentValue(named.dropFirst(prefix.utf8.count))
        }
    }

    /// Of what was said of the user last; nil: nothing.
    func seq(of user: String) -> Int? { words[user]?.seq }
}

/// Who is in which segments, as a backup has it.
struct BackupSegments: Sendable, Equatable {
    var users: [String: String] = [:]
    /// Of the board then.
    var seq = 0
    /// The last entry of the backup.
    var end = AuditID.zero
}
