import Board
import NIOCore

/// The frames of one or several windows, made once in every form that somebody gets.
struct Delivery: Sendable {
    struct Frames: Sendable {
        var changes: ByteBuffer?
        var scoreboard: ByteBuffer?
    }

    let published: Published
    /// By form.
    let frames: [Frames]
    /// How many frames of changes lie in each buffer.
    let windows: Int
    /// Redis' time of the earliest change in it.
    let oldestTime: Int?

    /// Whether some subscriber of this loop gets any of it.
    func concerns(_ audience: AudienceState) -> Bool {
        MessageForm.all.contains { form in
            frames[form.index].changes != nil && audience.count(.all, form) > 0
                || frames[form.index].scoreboard != nil && audience.count(.top, form) > 0
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
    /// Of a window.
    let season: String?
    let changes: [(user: String, encoded: ByteBuffer)]
    /// Users who have left the board: their followers start afresh.
    let gone: [String]
}
