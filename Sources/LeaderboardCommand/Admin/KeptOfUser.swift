import FoundationEssentials
import NIOCore

/// What an export tells of a user, as far as commands look at it.
struct KeptOfUser: Decodable, Sendable {
    struct Entry: Decodable, Sendable {}

    let score: Int?
    let withheld_score: Int?
    let suspended: Bool
    let rate_limit_full_at_us: Int?
    let idempotency_keys: [String]
    let audit: [Entry]
    let audit_is_cut: Bool
    /// Nil: of no season.
    let seasons: [Entry]?
    /// Nil: in none.
    let segments: [String]?
    /// What they say of themselves; nil: nothing.
    let metadata: Entry?
    /// Nil: no erasure has begun that has not ended.
    let erasing: Bool?

    static func read(_ export: ByteBuffer) throws -> KeptOfUser {
        try JSONDecoder().decode(KeptOfUser.self, from: Data(export.readableBytesView))
    }

    var isNothing: Bool { !isErasable && !suspended }

    /// There is something that an erasure takes: it leaves a suspension.
    var isErasable: Bool {
        if score != nil || withheld_score != nil || rate_limit_full_at_us != nil { return true }
        if !audit.isEmpty || !idempotency_keys.isEmpty { return true }
        return seasons?.isEmpty == false || segments?.isEmpty == false || metadata != nil || erasing == true
    }

    /// `a score of 5, scores in 2 seasons, and 3 entries in the audit`
    var line: String {
        let score = (score ?? withheld_score).map { "a score of \($0)" } ?? "no score"
        let inSeasons = seasons.map { ", scores in \($0.count.counted("season"))" } ?? ""
        let entries = (audit_is_cut ? "more than " : "") + audit.count.counted("entry", "entries")
        let said = metadata == nil ? "" : ", a profile"
        return "\(score)\(inSeasons)\(said), and \(entries) in the audit\(suspended ? "; the suspension stays" : "")"
    }
}
