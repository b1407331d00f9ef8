import Text
import Crypto

/// A place at which the audit does not hold together, as an entry `accept` names it (`Functions/accept.lua`): where it shows, and a digest
/// of what stands there. If anything of that changes, it is another place.
struct AcceptedPlace: Hashable {
    let id: AuditID
    /// 40 hexadecimal digits.
    let digest: String

    /// - Parameter found: what stands there.
    init(_ id: AuditID, _ found: String...) {
        self.id = id
        digest = Insecure.SHA1.hash(data: Array(found.joined(separator: "\n").utf8)).hexadecimal
    }

    private init(id: AuditID, digest: String) {
        self.id = id
        self.digest = digest
    }

    /// So many are told by one entry: no field has more than 4,096 bytes.
    static let ofOneEntry = 40

    /// Those of one entry, as its field has them. What is none is left out.
    static func all(in text: String) -> [AcceptedPlace] {
        let words = text.words
        return stride(from: 0, to: words.count - words.count % 2, by: 2).compactMap { index in
            AuditID(words[index]).map { AcceptedPlace(id: $0, digest: String(words[index + 1])) }
        }
    }

    var text: String { "\(id) \(digest)" }
}

/// That an operator went on over places at which the audit does not hold together.
package struct AuditAcceptance: Sendable, Equatable {
    package let id: AuditID
    /// Milliseconds since 1970.
    package let time: UInt64
    package let actor: String
    package let reason: String
    package let places: Int

    init?(_ entry: AuditEntry) {
        guard entry.action == .accept else { return nil }
        id = entry.id
        time = entry.time
        actor = entry["actor"] ?? ""
        reason = entry["reason"] ?? ""
        places = AcceptedPlace.all(in: entry["places"] ?? "").count
    }
}
