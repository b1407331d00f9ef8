package import NIOCore

/// Who a viewer has shown to be. A private board is shown to nobody who is unknown.
package enum Access: Sendable, Equatable {
    case unknown
    /// By a token, which holds until then.
    case known(until: NIODeadline)
}
