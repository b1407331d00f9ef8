import Text
import Crypto

/// The chain of hashes through the audit. What it proves, and what it does not, stands in `Functions/audit.lua`, which
/// makes it.
package enum AuditChain {
    /// A place in the chain: what the next entry's hash is made over.
    package struct Link: Sendable, Equatable {
        package let hash: String
        package let id: AuditID

        package init(hash: String, id: AuditID) {
            self.hash = hash
            self.id = id
        }

        /// Before a board's first entry.
        package static let start = Link(hash: "0", id: .zero)

        /// As the board's key has it: hash and id with a line break between. By bytes: another writer's hash may end in a CR,
        /// which is one `Character` with the break.
        package init?(_ text: String) {
            let parts = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            guard parts.count == 2, let id = AuditID(Substring(parts[1])) else { return nil }
            self.init(hash: String(Substring(parts[0])), id: id)
        }

        package var text: String { "\(hash)\n\(id)" }
    }

    /// The hash that an entry with these fields must have behind `link`.
    package static func hash(of entry: AuditEntry, after link: Link) -> String {
        var bytes = Array(link.text.utf8)
        for field in entry.fields where field.name != "hash" {
            bytes.append(UInt8(ascii: "\n"))
            if field.isUTF8 { bytes += field.name.utf8 } else { bytes += field.nameBytes }
            bytes.append(UInt8(ascii: "\n"))
            if field.isUTF8 { bytes += field.value.utf8 } else { bytes += field.valueBytes }
        }
        return Insecure.SHA1.hash(data: bytes).hexadecimal
    }
}

extension AuditEntry {
    /// Its place in the chain; nil for one of before there was a chain.
    package var link: AuditChain.Link? {
        self["hash"].map { AuditChain.Link(hash: $0, id: id) }
    }
}
