/// What ails the server as a whole, for its owner to log and count. It may be told often: thousands of times a second.
package enum ServerTrouble: Sendable, Equatable {
    /// A connection was refused because as many are open as may be.
    case tooManyConnections
    /// The same of one client network, whose address this is.
    case tooManyConnectionsOfAddress(String)
    /// The system gives out no more connections: it is out of what the error number names (`EMFILE` …). For a moment none is
    /// taken; those that wait are told so where that is possible.
    case cannotAccept(errorNumber: Int32)
    /// The system closed the listening socket. It is opened again.
    case listenerLost
}
