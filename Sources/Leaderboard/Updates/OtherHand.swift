package import Board

/// Who makes an update that is not its user's own.
package enum OtherHand: Sendable, Equatable {
    /// A service that is trusted to report what users did. Its own bucket is asked, in the place of theirs.
    case service(UserID, RateLimit)
    /// A service that wrote into the board's stream (`Functions/intake.lua`). One bucket is that of all who do.
    case stream(UserID, RateLimit)
    /// An operator, who adds or takes points, or says a score: of the definition only the bounds of a score hold, and no bucket is asked.
    case `operator`(UserID, AuditReason)

    /// A service, and no operator.
    package var isService: Bool { if case .operator = self { false } else { true } }

    /// As the audit names it.
    package var actor: UserID {
        switch self {
        case .service(let actor, _), .stream(let actor, _), .operator(let actor, _): actor
        }
    }

    package var isOperator: Bool {
        if case .operator = self { true } else { false }
    }
}
