import HTTPServer
import Leaderboard

/// What must hold of a definition for it to be changed (RFC 9110, section 13): its version is its entity tag.
enum DefinitionCondition: Equatable {
    /// `If-None-Match: *`: there is none.
    case absent
    /// `If-Match: *`: there is one.
    case present
    /// `If-Match: "7"`: it is one of these.
    case versions([String])

    /// Nil: the request has neither header. One that is neither of these, or both at once, is refused.
    init?(_ headers: RequestHeaders) throws(Refusal) {
        let (match, noneMatch) = (headers.list("If-Match"), headers.list("If-None-Match"))
        switch (match.isEmpty, noneMatch.isEmpty) {
        case (true, true): return nil
        case (true, false) where noneMatch == ["*"]: self = .absent
        case (false, true) where match == ["*"]: self = .present
        case (false, true): self = .versions(match.compactMap(Self.strongTag))
        default: throw .versionRequired
        }
    }

    /// - Throws: what is answered where the condition does not hold.
    func check(_ held: HeldDefinition) throws(Refusal) {
        if held == .deleting { throw .boardIsBeingDeleted }
        switch self {
        case .absent:
            guard held == .nothing || held == .unreadable else { throw .boardExists }
        case .present:
            guard held != .nothing else { throw .boardNotFound }
        case .versions(let versions):
            guard held != .nothing else { throw .boardNotFound }
            guard let version = held.version, versions.contains(version) else { throw .versionMismatch(held.version) }
        }
    }

    /// What stands in the quotes. A weak tag matches nothing here (section 13.1.1).
    private static func strongTag(_ text: Substring) -> String? {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return nil }
        return String(text.dropFirst().dropLast())
    }
}
