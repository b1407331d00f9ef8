import NIOCore

/// A live connection as its loop sees it: to be kept alive, and to be told to go.
protocol LivePeer: AnyObject {
    /// Called at every tick of the loop.
    func tick(_ now: NIODeadline)
    func end(_ end: EndLive)
    /// At once, without a word.
    func abort()
}
