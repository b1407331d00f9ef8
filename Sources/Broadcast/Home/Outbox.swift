import NIOCore

/// The frames of one tick, gathered for their one way to the audiences. Each window keeps its own frame; several of them lie
/// one after the other in one buffer, of which only the last scoreboard counts.
struct Outbox {
    private var frames: [Delivery.Frames] = []
    private var published: Published?
    private var windows = 0
    private var oldestTime: Int?

    /// Whether one write will still be no longer than a subscriber's backlog takes at any time.
    func fits(_ more: [Delivery.Frames], maximumBytes: Int) -> Bool {
        zip(frames, more).allSatisfy { there, more in
            guard let there = there.changes, let more = more.changes else { return true }
            return there.readableBytes + more.readableBytes <= maximumBytes
        }
    }

    /// - Parameter more: the window's frames, by form.
    mutating func add(_ more: [Delivery.Frames], of flush: Feed.Flush) {
        published = flush.published
        windows += 1
        if let time = flush.changes.oldestTime { oldestTime = min(oldestTime ?? time, time) }
        guard !frames.isEmpty else { return frames = more }
        for (form, more) in more.enumerated() {
            if let scoreboard = more.scoreboard { frames[form].scoreboard = scoreboard }
            guard let changes = more.changes else { continue }
            if frames[form].changes?.writeImmutableBuffer(changes) == nil { frames[form].changes = changes }
        }
    }

    /// All of it; nil when there is nothing.
    mutating func take() -> Delivery? {
        guard let published else { return nil }
        defer { self = Outbox() }
        return Delivery(
            published: published,
            frames: frames,
            windows: windows,
            oldestTime: oldestTime
        )
    }
}
