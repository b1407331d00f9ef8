import Board
import NIOCore

/// The frames of one or several windows, framed once for every transport that somebody uses.
struct Delivery: Sendable {
    struct Frames: Sendable {
        var changes: ByteBuffer?
        var scoreboard: ByteBuffer?
    }

    let published: Published
    /// By transport.
    let frames: [Frames]
    /// How many frames of changes lie in each buffer.
    let windows: Int
    /// Redis' time of the earliest change in it.
    let oldestTime: Int?

    /// Whether some subscriber of this loop gets any of it.
    func concerns(_ audience: AudienceState) -> Bool {
        Transport.allCases.contains { transport in
            frames[transport.rawValue].changes != nil && audience.count(.all, transport) > 0
                || frames[transport.rawValue].scoreboard != nil && audience.count(.top, transport) > 0
        }
    }
}

extension Delivery.Frames {
    /// With bytes of its own. The reference count of shared ones would go back and forth between the cores with every
    /// write of every loop.
    func copied() -> Self {
        Self(changes: changes.map { ByteBuffer(buffer: $0) }, scoreboard: scoreboard.map { ByteBuffer(buffer: $0) })
    }
}

/// Changes of users that somebody follows, each encoded once with the user's rank.
struct WatchedChanges: Sendable {
    let cursor: Cursor
    let changes: [(user: String, encoded: ByteBuffer)]
    /// Users who have left the board: their followers start afresh.
    let gone: [String]
}
