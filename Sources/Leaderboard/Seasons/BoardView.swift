package import Seasons

/// Of which of a board's windows something is read.
package enum BoardView: Sendable, Hashable {
    /// The one that never ends.
    case whole
    /// One that begins anew.
    /// - Parameter season: nil: that which runs when Redis reads.
    case window(WindowName, season: String?)
    /// Of the window that never ends, only the users of one segment.
    case segment(Segment)
}
