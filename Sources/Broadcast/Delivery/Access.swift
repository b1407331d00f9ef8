package import NIOCore

/// Who a viewer has shown to be. A private board is shown to nobody who is unknown.
package enum Access: Sendable, Equatable {
    case unknown
    /// By a token, which holds until then.
    /// - Parameter look: the last look at the viewer's rights to a board that is not for everybody; nil: there was none.
    case known(until: NIODeadline, look: RightsLook? = nil)
    /// By a token that holds no longer.
    case ended
}

/// A viewer was found to be one of those whom a board is shown.
package struct RightsLook: Sendable, Equatable {
    /// Whom it was shown then.
    private let shownTo: ShownTo
    /// It was found by what was so then, or later.
    private let asOf: NIODeadline

    package init(shownTo: ShownTo, asOf: NIODeadline) {
        (self.shownTo, self.asOf) = (shownTo, asOf)
    }

    /// Whether it holds of a board that is shown to these, where what was found before `doubtedSince` may be otherwise by now.
    func holds(of shownTo: ShownTo, doubtedSince: NIODeadline) -> Bool {
        self.shownTo >= shownTo && asOf >= doubtedSince
    }
}

/// To whom a board is shown: to ever fewer.
package enum ShownTo: Int, Sendable, Comparable {
    case everybody
    /// Who has a token.
    case known
    /// Its members, which who serves the viewers looks after. To everybody else there is no such board.
    case members

    /// What a viewer is told of whom nobody knows who they are.
    var endOfUnknown: EndReason { self == .members ? .boardGone : .tokenNeeded }

    package static func < (a: ShownTo, b: ShownTo) -> Bool { a.rawValue < b.rawValue }
}

/// A viewer has shown another token: fire it as an inbound user event through the viewer's channel.
package struct RenewedAccess: Sendable {
    let access: Access

    package init(_ access: Access) { self.access = access }
}

/// A viewer's rights were looked up, and it may go on: as ``RenewedAccess``.
package struct LookedUp: Sendable {
    let look: RightsLook

    package init(_ look: RightsLook) { self.look = look }
}
