package import NIOCore

/// The bounds and times of a broadcaster.
package struct BroadcastOptions: Sendable {
    /// Flush window; zero sends each change by itself. Of external configuration: `LIVE_WINDOW_MS`.
    package var window: TimeAmount = .milliseconds(50)
    /// Unsent bytes that one subscriber may have, at most. At least 8192, for a snapshot must fit.
    package var backlogBytes = 65_536
    /// How long a subscriber with a full backlog may take to drain before it is sent away.
    package var drainTimeout: TimeAmount = .seconds(30)
    /// Memory of the changes that returning subscribers may ask for, of all boards together.
    package var ringBytes = 1 << 20
    /// How many boards may be followed at once, those of paths without a board apart; and as many besides, at whose names there may be a
    /// board, and is none yet: whoever watches names that they thought of takes no place of a board's. Of external configuration:
    /// `LIVE_MAX_BOARDS`.
    package var maximumBoards = 1000
    /// How long a board that nobody watches any more is followed, for those who come back.
    package var boardGrace: TimeAmount = .seconds(30)
    /// How often the copy of the standings is compared with the source.
    package var verifyInterval: TimeAmount = .seconds(1)
    /// The same for each of many boards: a thousand of them are 200 reads of the source in a second.
    package var boardVerifyInterval: TimeAmount = .seconds(5)
    /// A read of the source that takes longer counts as failed.
    package var sourceTimeout: TimeAmount = .seconds(5)
    /// How many of the best users the instance keeps a copy of.
    package var copiedUsers = 128
    /// Rows of a snapshot and of the top view.
    package var scoreboardRows = 10
    /// Changes that may arrive while the source is read; beyond, the reading starts over.
    package var maximumRecordedChanges = 16_384

    /// How many of the best users are held of a board of which somebody watches their own place, and of all such boards together.
    package var ownRows = 100_000
    package var ownRowsInAll = 1_000_000

    package init() {}
}
