package import NIOCore

/// Who a viewer has shown to be. A private board is shown to nobody who is unknown.
package enum Access: Sendable, Equatable {
    case unknown
    /// By a token, which holds until then.
    case known(until: NIODeadline)
}

/// To whom a board is shown.
package enum ShownTo: Sendable, Equatable {
    case everybody
    /// Who has a token.
    case known
    /// Its members, which who serves the viewers looks after. To everybody else there is no such board.
    case members

    /// What a viewer is told of whom nobody knows who they are.
    var endOfUnknown: EndReason { self == .members ? .boardGone : .tokenNeeded }
}

/// A viewer has shown another token: fire it as an inbound user event through the viewer's channel.
package struct RenewedAccess: Sendable {
    let access: Access

    package init(_ access: Access) { self.access = access }
}
