package import Board

/// The update that an entry of a board's intake is.
package struct IntakeUpdate: Sendable, Equatable {
    package let update: BoardUpdate
    /// One of the writer's own; nil: another entry that says the same counts again.
    package let idempotencyKey: IdempotencyKey?
    /// Who wrote it, for the audit.
    package let actor: UserID
    /// Of the user's client; empty: nobody said it.
    package let ip: String

    package init(_ update: BoardUpdate, _ idempotencyKey: IdempotencyKey?, by actor: UserID, ip: String) {
        (self.update, self.idempotencyKey, self.actor, self.ip) = (update, idempotencyKey, actor, ip)
    }
}

/// An entry, as it was read: an update, or a word that says why it is none.
package struct ReadIntake: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case update(IntakeUpdate)
        case rejected(String)
    }

    package let id: AuditID
    package let content: Content

    package init(_ id: AuditID, _ content: Content) {
        (self.id, self.content) = (id, content)
    }

    /// As the audit and the log name the request that it is.
    package var requestID: String { "in-\(id)" }
}

/// What a call made of the first of some entries.
package enum IntakeOutcome: Sendable, Equatable {
    /// Of each its end, in order.
    case settled([IntakeEnd])
    /// One of them does not stand in the stream any more: another instance was faster, or an earlier call whose reply was lost. Nothing
    /// was written.
    case gone
    /// The board is another one than the caller thinks, or gone. Nothing was written.
    case boardChanged
    /// The board takes nothing yet. Nothing was written.
    case notBegun
    /// The board takes nothing any more. Nothing was written.
    case ended
}

package enum IntakeEnd: Sendable, Equatable {
    case counted(AppliedUpdate)
    /// It waits for an operator's word.
    case held(HeldUpdate)
    /// By this word; it stands in the stream of the rejected.
    case rejected(String)
    /// It stands where it stood: the bucket is empty, or Redis refused it.
    case waits
}
