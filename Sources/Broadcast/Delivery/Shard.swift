import NIOCore

/// The subscribers of one event loop, which owns it.
final class Shard {
    let eventLoop: any EventLoop
    private let options: BroadcastOptions
    private let backlog: Backlog
    private let metrics: BroadcastMetrics
    private let home: HomeReference
    private let index: Int
    /// By `Group.index`; a frame goes to one group from the first to the last.
    private var groups: [[Member]] = []
    private var watchers: [String: [ObjectIdentifier: Subscriber]] = [:]
    private var transports: [Transport] = []
    /// What the subscribers of this loop have been shown.
    private var published: Published?
    /// The snapshot of `published` for each transport, made when somebody needs it.
    private var snapshots: [ByteBuffer?] = []
    private var laggards: [Subscriber] = []
    private var isWatchingLaggards = false

    /// A subscriber's place in its group. What a frame needs lies here, one place after the other: a frame's way from the
    /// first to the last does not lead through the memory of each subscriber.
    private struct Member {
        let subscriber: Subscriber
        /// Nil unless the subscriber is following, and has a short way.
        var writeDirectly: ((ByteBuffer) -> Bool)?
    }

    init(
        eventLoop: any EventLoop,
        index: Int,
        options: BroadcastOptions,
        metrics: BroadcastMetrics,
        home: HomeReference
    ) {
        self.eventLoop = eventLoop
        self.index = index
        self.options = options
        self.backlog = options.backlog
        self.metrics = metrics
        self.home = home
    }

    // MARK: One frame to all

    func deliver(_ delivery: Delivery) {
        show(delivery.published)
        for (transport, frames) in delivery.frames.enumerated() {
            let frames = frames.copied()
            if let changes = frames.changes {
                send(changes, of: delivery.windows, to: Group(kind: .all, transport: transport))
            }
            if let scoreboard = frames.scoreboard {
                send(scoreboard, of: 1, to: Group(kind: .top, transport: transport))
            }
        }
        if delivery.needsSnapshot {
            for group in groups.indices where group % Group.Kind.allCases.count == Group.Kind.all.rawValue {
                sendSnapshots(to: groups[group])
            }
        }
        if let time = delivery.oldestTime { metrics.recordLag(since: time) }
    }

    private func send(_ bytes: ByteBuffer, of frames: Int, to group: Group) {
        guard groups.indices.contains(group.index) else { return }
        var count = 0
        // A copy: who leaves meanwhile changes the group. Nothing is retained for a member's turn.
        let members = groups[group.index]
        let places = members.span
        for place in places.indices {
            if places[place].writeDirectly?(bytes) == true {
                count += 1
                continue
            }
            let subscriber = places[place].subscriber
            guard subscriber.phase == .following else { continue }
            if subscriber.send(bytes, within: backlog) {
                count += 1
            } else if subscriber.phase == .following {
                fallBehind(subscriber)
            }
        }
        metrics.delivered(count &* frames, bytes: bytes.readableBytes &* count)
    }

    /// Continuity was lost: everybody starts afresh.
    func resnapshot(_ published: Published) {
        show(published)
        for group in groups { sendSnapshots(to: group) }
    }

    private func sendSnapshots(to members: [Member]) {
        for member in members where member.subscriber.phase == .following { sendSnapshot(to: member.subscriber) }
    }

    /// The changes of users that somebody follows.
    func deliver(_ round: WatchedChanges) {
        var touched: [Subscriber] = []
        for change in round.changes {
            for subscriber in (watchers[change.user] ?? [:]).values where subscriber.phase == .following {
                guard let watch = subscriber.watch else { continue }
                if watch.encoded.isEmpty { touched.append(subscriber) }
                watch.encoded.append(change.encoded)
            }
        }
        for subscriber in touched {
            guard let watch = subscriber.watch else { continue }
            let from = min(watch.seq &+ 1, round.cursor.seq)
            let message = Message.changes(to: round.cursor, from: from, encoded: watch.encoded)
            watch.encoded.removeAll()
            watch.seq = round.cursor.seq
            send(message, round.cursor, to: subscriber)
        }
        for user in round.gone {
            for subscriber in (watchers[user] ?? [:]).values where subscriber.phase == .following {
                sendSnapshot(to: subscriber)
            }
        }
    }

    // MARK: One subscriber

    func makeSubscriber(
        group: Group,
        users: [String]?,
        admission: Admission?,
        writeDirectly: ((ByteBuffer) -> Bool)?
    ) -> Subscriber {
        Subscriber(shard: self, group: group, users: users, admission: admission, writeDirectly: writeDirectly)
    }

    /// Makes it the last handler of its channel.
    func attach(_ subscriber: Subscriber, to channel: any Channel) throws {
        let marks = ChannelOptions.Types.WriteBufferWaterMark(low: backlog.lowMark, high: backlog.highMark)
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: marks)
        try channel.pipeline.syncOperations.addHandler(subscriber)
    }

    /// The first message: what it missed, or a snapshot.
    func admit(_ subscriber: Subscriber, _ transports: [Transport], _ published: Published, first: ByteBuffer?) {
        guard subscriber.phase == .joining else { return }
        self.transports = transports
        // The place that followers of users are told is that of their round, which the others may have left behind.
        if subscriber.watch == nil { show(published) }
        enroll(subscriber)
        subscriber.phase = .following
        if let watch = subscriber.watch { watch.seq = published.cursor.seq }
        if let first {
            send(first, published.cursor, to: subscriber)
        } else {
            sendSnapshot(to: subscriber)
        }
    }

    /// It has read what was unsent.
    func drained(_ subscriber: Subscriber) {
        subscriber.phase = .following
        groups[subscriber.group.index][subscriber.slot].writeDirectly = subscriber.writeDirectly
        sendSnapshot(to: subscriber)
    }

    /// Called more than once at a connection's end; the first one counts.
    func leave(_ subscriber: Subscriber) {
        let phase = subscriber.phase
        guard phase != .ended else { return }
        subscriber.phase = .ended
        let left = Join(subscriber, shard: index, eventLoop: eventLoop)
        home.execute { $0.left(left) }
        if phase != .joining { expel(subscriber) }
    }

    private func sendSnapshot(to subscriber: Subscriber) {
        if subscriber.watch != nil {
            // Only home can tell where its users stand.
            expel(subscriber)
            subscriber.phase = .joining
            let join = Join(subscriber, shard: index, eventLoop: eventLoop)
            home.execute { $0.rejoin(join) }
            return
        }
        let transport = subscriber.group.transport
        guard let published, transports.indices.contains(transport) else { return }
        let frame: ByteBuffer
        if let made = snapshots[transport] {
            frame = made
        } else {
            frame = transports[transport].frame(Message.snapshot(published), published.cursor)
            snapshots[transport] = frame
        }
        deliverAlone(frame, to: subscriber)
    }

    private func send(_ message: ByteBuffer, _ cursor: Cursor, to subscriber: Subscriber) {
        guard transports.indices.contains(subscriber.group.transport) else { return }
        deliverAlone(transports[subscriber.group.transport].frame(message, cursor), to: subscriber)
    }

    private func deliverAlone(_ frame: ByteBuffer, to subscriber: Subscriber) {
        if subscriber.send(frame, within: backlog) {
            metrics.delivered(1, bytes: frame.readableBytes)
        } else if subscriber.phase == .following {
            fallBehind(subscriber)
        }
    }

    // MARK: Who does not read

    private func fallBehind(_ subscriber: Subscriber) {
        metrics.dropped(.backlog)
        subscriber.phase = .lagging
        groups[subscriber.group.index][subscriber.slot].writeDirectly = nil
        subscriber.lagEnds = eventLoop.now + options.drainTimeout
        if !subscriber.isListedAsLagging {
            subscriber.isListedAsLagging = true
            laggards.append(subscriber)
        }
        if !isWatchingLaggards { watchLaggards() }
    }

    /// One timer for all of them, while there are any.
    private func watchLaggards() {
        isWatchingLaggards = true
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in self?.lookAtLaggards() }
    }

    private func lookAtLaggards() {
        let now = eventLoop.now
        let listed = laggards
        laggards.removeAll()
        for subscriber in listed {
            subscriber.isListedAsLagging = false
            guard subscriber.phase == .lagging else { continue }
            if subscriber.isWritable {
                drained(subscriber)
            } else if now >= subscriber.lagEnds {
                sendAway(subscriber)
            } else {
                subscriber.isListedAsLagging = true
                laggards.append(subscriber)
            }
        }
        if laggards.isEmpty { isWatchingLaggards = false } else { watchLaggards() }
    }

    private func sendAway(_ subscriber: Subscriber) {
        guard let channel = subscriber.channel else { return }
        metrics.dropped(.tooSlow)
        leave(subscriber)
        if transports.indices.contains(subscriber.group.transport) {
            transports[subscriber.group.transport].end(channel, .tooSlow)
        }
    }

    // MARK: Bookkeeping

    private func show(_ published: Published) {
        self.published = published
        snapshots = Array(repeating: nil, count: transports.count)
    }

    private func enroll(_ subscriber: Subscriber) {
        let group = subscriber.group.index
        while groups.count <= group { groups.append([]) }
        subscriber.slot = groups[group].count
        groups[group].append(Member(subscriber: subscriber, writeDirectly: subscriber.writeDirectly))
        for user in subscriber.watch?.users ?? [] {
            watchers[user, default: [:]][ObjectIdentifier(subscriber)] = subscriber
        }
    }

    /// The last one of the group takes the place of the one that goes.
    private func expel(_ subscriber: Subscriber) {
        let group = subscriber.group.index
        guard groups.indices.contains(group), groups[group].indices.contains(subscriber.slot) else { return }
        groups[group].swapAt(subscriber.slot, groups[group].count - 1)
        groups[group][subscriber.slot].subscriber.slot = subscriber.slot
        groups[group].removeLast()
        for user in subscriber.watch?.users ?? [] {
            watchers[user]?[ObjectIdentifier(subscriber)] = nil
            if watchers[user]?.isEmpty == true { watchers[user] = nil }
        }
    }
}
