import NIOCore

import Glibc

/// For how long a listener rests when the system could not give it a connection. No I/O: errors and successes in, pauses out.
///
/// The error costs no more than the call, and the listener stays readable: without a pause it would be asked again at once, and
/// again, and take a core for as long as connections wait.
struct AcceptPause {
    private static let shortest = TimeAmount.milliseconds(20)
    private static let longest = TimeAmount.seconds(1)

    enum Answer: Equatable {
        /// Nothing is short: only this connection is lost (its client has gone again).
        case goOn
        /// - Parameter spareHelps: one descriptor more would be enough to take a connection.
        case rest(TimeAmount, spareHelps: Bool)
        /// Not for us: NIO closes the listener.
        case fail
    }

    private var next = shortest

    mutating func failed(_ errorNumber: Int32) -> Answer {
        switch errorNumber {
        case ECONNABORTED: return .goOn
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            defer { next = min(next * 2, Self.longest) }
            return .rest(next, spareHelps: errorNumber == EMFILE || errorNumber == ENFILE)
        default: return .fail
        }
    }

    mutating func accepted() {
        next = Self.shortest
    }
}
