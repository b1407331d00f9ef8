package import Board
import Text

/// Who changes the board by hand, why, and from where: for the audit.
package struct OperatorAct: Sendable {
    package let actor: UserID
    package let reason: AuditReason
    package let origin: UpdateOrigin

    package init(actor: UserID, reason: AuditReason, origin: UpdateOrigin) {
        self.actor = actor
        self.reason = reason
        self.origin = origin
    }
}

/// Free text for the audit: 1 to 500 bytes of UTF-8 with something to see and without hidden characters. May be empty where nobody has
/// to say why.
package struct AuditReason: Sendable, Equatable {
    package static let none = AuditReason()

    package let text: String

    private init() { text = "" }

    package init(_ text: String) throws(InvalidAuditReason) {
        let scalars = text.unicodeScalars
        guard (1...500).contains(text.utf8.count), !scalars.contains(where: \.isHidden),
            scalars.contains(where: \.isSeen)
        else { throw InvalidAuditReason() }
        self.text = text
    }
}

package struct InvalidAuditReason: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String {
        "reason must be a string of 1 to 500 bytes that is not blank, without control or invisible characters."
    }
}
