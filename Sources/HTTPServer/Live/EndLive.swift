/// Ends a live connection in its own manner: trigger it as an outbound user event.
package struct EndLive: Sendable {
    /// The WebSocket close code (RFC 6455, section 7.4).
    package let code: UInt16
    package let reason: String

    package init(code: UInt16, reason: String) {
        self.code = code
        self.reason = reason
    }
}
