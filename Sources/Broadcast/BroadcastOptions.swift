package import NIOCore

/// The bounds and times of a broadcaster.
package struct BroadcastOptions: Sendable {
    /// Flush window; zero sends each change by itself. Of external configuration: `LIVE_WINDOW_MS`.
    package var window: TimeAmount = .milliseconds(50)
    /// Unsent bytes that one subscriber may have, at most. At least 8192, for a snapshot must fit.
    package var backlogBytes = 65_536
    /// How long a subscriber with a full backlog may take to drain before it is sent away.
    package var drainTimeout: TimeAmount = .seconds(30)
    /// Memory of the changes that returning subscribers may ask for.
    package var ringBytes = 1 << 20
    /// How often the copy of the standings is compared with the source.
    package var verifyInterval: TimeAmount = .seconds(1)
    /// A read of the source that takes longer counts as failed.
    package var sourceTimeout: TimeAmount = .seconds(5)
    /// How many of the best users the instance keeps a copy of.
    package var copiedUsers = 128
    /// Rows of a snapshot and of the top view.
    package var scoreboardRows = 10
    /// Changes that may arrive while the source is read; beyond, the reading starts over.
    package var maximumRecordedChanges = 16_384

    package init() {}
}
