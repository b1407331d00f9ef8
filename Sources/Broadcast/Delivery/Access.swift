package import NIOCore

/// Who a viewer has shown to be. A private board is shown to nobody who is unknown.
package enum Access: Sendable, Equatable {
    case unknown
    /// By a token, which holds until then.
    case known(until: NIODeadline)
}

/// A viewer has shown another token: fire it as an inbound user event through the viewer's channel.
package struct RenewedAccess: Sendable {
    let access: Access

    package init(_ access: Access) { self.access = access }
}
