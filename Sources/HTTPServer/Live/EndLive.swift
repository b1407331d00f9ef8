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

/// A live connection as its loop sees it: to be kept alive, and to be told to go.
protocol LivePeer: AnyObject {
    /// Called every second.
    func tick()
    func end(_ end: EndLive)
}
