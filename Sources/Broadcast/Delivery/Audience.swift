import Board
import LiveSockets
import NIOCore

/// The subscribers of one board on one event loop, which owns it.
final class Audience {
    let shard: NIOLoopBoundBox<Shard>
    private let backlog: Backlog
    let followed: LiveWindow
    private let index: Int
    private let framings: Framings
    private let metrics: BroadcastMetrics
    /// The centre holds its audiences, and is held by who holds the board, as a subscriber does by its admission.
    private weak var home: HomeReference?
    private let status: BoardStatus
    /// Unless it is everybody, nobody is among the followers who was not found to be one of those.
    var shownTo = ShownTo.everybody
    /// Who was found so before may be so no more.
    var doubtedSince = NIODeadline.uptimeNanoseconds(0)
    /// Somebody is held until their rights have been looked up.
    let onHeld: @Sendable (_ board: String) -> Void
    /// What the sockets of its members are written to by: the loop's. Nil until one of them has had a socket.
    private var sender: LoopSender?
    /// By `Group.index`; a frame goes to one group from the first to the last.
    var groups = Array(repeating: [Member](), count: Group.count)
    private var watchers: [String: [ObjectIdentifier: Subscriber]] = [:]
    /// What the subscribers of this loop have been shown.
    private var published: Published?
    /// What the users of the rows say of themselves, for those who asked for it, as far as it is known.
    private var said: [String: String?] = [:]
    /// The snapshot of `published` by form, made when somebody needs it.
    private var snapshots = noSnapshots

    /// A snapshot that tells the time is made anew when it is as old as this.
    private var snapshotsEnd = NIODeadline.uptimeNanoseconds(0)
    private static let snapshotAge = TimeAmount.seconds(1)

    private static let noSnapshots = [ByteBuffer?](repeating: nil, count: MessageForm.count)

    /// A subscriber's place in its group. What a frame needs lies here, one place after the other: a frame's way from the
    /// first to the last does not lead through the memory of each subscriber.
    struct Member {
        let subscriber: Subscriber
        /// Nil unless the subscriber is following, and has a short way.
        var socket: DirectSocket?
    }

    /// - Parameter index: its place among the board's audiences.
    init(
        shard: NIOLoopBoundBox<Shard>,
        followed: LiveWindow,
        index: Int,
        surroundings: StreamSurroundings,
        home: HomeReference,
        status: BoardStatus
    ) {
        self.shard = shard
        self.followed = followed
        self.index = index
        self.home = home
        self.status = status
        backlog = surroundings.options.backlog
        framings = surroundings.framings
        metrics = surroundings.metrics
        onHeld = surroundings.onHeld
    }

    /// What users of the rows say of themselves by now.
    func know(_ said: [String: String?]) {
        guard said != self.said else { return }
        self.said = said
        snapshots = Self.noSnapshots
    }

    // MARK: One frame to all

    func deliver(_ delivery: Delivery) {
        show(delivery.published)
        for form in MessageForm.all {
            let frames = delivery.frames[form.index].copied()
            if let changes = frames.changes {
                send(changes, of: delivery.windows, to: Group(kind: .all, form: form))
            }
            if let scoreboard = frames.scoreboard {
                send(scoreboard, of: 1, to: Group(kind: .top, form: form))
            }
        }
        if let time = delivery.oldestTime { metrics.recordLag(since: time) }
    }

    private func send(_ bytes: ByteBuffer, of frames: Int, to group: Group) {
        // A copy: who leaves meanwhile changes the group.
        let members = groups[group.index]
        guard !members.isEmpty else { return }
        let written =
            sender?.write(bytes, to: members.count) { members[$0].socket }
            ?? LoopSender.Written(unsent: Array(members.indices))
        var count = members.count - written.lost - written.unsent.count
        for place in written.unsent {
            let subscriber = members[place].subscriber
            guard subscriber.takesNow() else { continue }
            if subscriber.queue(bytes, within: backlog) {
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
        // Who watches their own place is told by home.
        for kind in Group.Kind.allCases where kind != .me {
            for form in MessageForm.all { sendSnapshots(to: groups[Group(kind: kind, form: form).index]) }
        }
    }

    /// Somebody came into the first rows of whom no change told.
    func reveal(_ published: Published) {
        show(published)
        for form in MessageForm.all { sendSnapshots(to: groups[Group(kind: .all, form: form).index]) }
    }

    private func sendSnapshots(to members: [Member]) {
        for member in members where member.subscriber.takesNow() { sendSnapshot(to: member.subscriber) }
    }

    /// The changes of users that somebody follows.
    func deliver(_ round: WatchedChanges) {
        var touched: [Subscriber] = []
        for change in round.changes {
            for subscriber in (watchers[change.user] ?? [:]).values where subscriber.takesNow() {
                guard let watch = subscriber.watch else { continue }
                if watch.encoded.isEmpty { touched.append(subscriber) }
                watch.encoded.append(change.encoded)
            }
        }
        for subscriber in touched {
            guard let watch = subscriber.watch else { continue }
            let from = min(watch.seq &+ 1, round.cursor.seq)
            let message = Message.changes(
                to: round.cursor,
                from: from,
                encoded: watch.encoded,
                of: followed.subject(subscriber.group.form, season: round.season)
            )
            watch.encoded.removeAll()
            watch.seq = round.cursor.seq
            send(message, round.cursor, to: subscriber)
        }
        for user in round.gone {
            for subscriber in (watchers[user] ?? [:]).values where subscriber.takesNow() {
                sendSnapshot(to: subscriber)
            }
        }
    }

    /// Something is to be told to all, that is in no order with changes: a season is over, or users say something else of themselves.
    /// - Parameter frames: what tells of it, by form; nil: these are not told.
    func tell(_ frames: [ByteBuffer?]) {
        for kind in Group.Kind.allCases {
            for form in MessageForm.all {
                guard let frame = frames[form.index] else { continue }
                let own = ByteBuffer(buffer: frame)
                for member in groups[Group(kind: kind, form: form).index] where member.subscriber.takesNow() {
                    deliverAlone(own, to: member.subscriber)
                }
            }
        }
    }

    /// There is no such board, or window, any more.
    func dismiss(_ reason: EndReason) {
        published = nil
        snapshots = Self.noSnapshots
        for group in groups {
            for member in group { end(member.subscriber, reason) }
        }
    }

    // MARK: One subscriber

    func makeSubscriber(
        group: Group,
        users: [String]?,
        own: OwnWish?,
        access: Access,
        admission: (any AnyObject & Sendable)?,
        socket: DirectSocket?,
        shared: SharedPlace? = nil
    ) -> Subscriber {
        Subscriber(
            audience: self,
            group: group,
            users: users,
            own: own,
            access: access,
            admission: admission,
            socket: socket,
            shared: shared
        )
    }

    /// Makes it the last handler of its channel.
    func attach(_ subscriber: Subscriber, to channel: any Channel) throws {
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: backlog.marks)
        try channel.pipeline.syncOperations.addHandler(subscriber)
        begin(subscriber)
    }

    /// It has a connection.
    func begin(_ subscriber: Subscriber) {
        status.viewerCame()
        shard.value.lease(subscriber)
    }

    /// The first message: what it missed, or a snapshot.
    func admit(_ subscriber: Subscriber, _ published: Published, first: ByteBuffer?) {
        guard subscriber.phase == .joining else { return }
        if case .ends(let reason) = verdict(on: subscriber) { return end(subscriber, reason) }
        // The place that followers of users are told is that of their round, which the others may have left behind.
        if subscriber.watch == nil { show(published) }
        enroll(subscriber)
        subscriber.phase = .following
        if let watch = subscriber.watch { watch.seq = published.cursor.seq }
        if case .waits = verdict(on: subscriber) { return holdAlone(subscriber) }
        if let first {
            send(first, published.cursor, to: subscriber)
        } else {
            sendSnapshot(to: subscriber)
        }
    }

    /// Of `View.own`: what comes first, home sends.
    func admitOwn(_ subscriber: Subscriber) {
        guard subscriber.phase == .joining else { return }
        if case .ends(let reason) = verdict(on: subscriber) { return end(subscriber, reason) }
        enroll(subscriber)
        subscriber.phase = .following
        if case .waits = verdict(on: subscriber) { holdAlone(subscriber) }
    }

    /// Each its own.
    func deliverOwn(_ messages: [(subscriber: SubscriberReference, message: ByteBuffer)], at cursor: Cursor) {
        for (subscriber, message) in messages where subscriber.value.takesNow() {
            send(message, cursor, to: subscriber.value)
        }
    }

    /// It has read what was unsent.
    func drained(_ subscriber: Subscriber) {
        subscriber.phase = .following
        groups[subscriber.group.index][subscriber.slot].socket = subscriber.socket
        sendSnapshot(to: subscriber)
    }

    /// It has not read what was unsent, for too long.
    func sendAway(_ subscriber: Subscriber) {
        end(subscriber, .tooSlow)
    }

    /// Its connection ends, or of a shared one this subscriber alone, and the peer is told why.
    func end(_ subscriber: Subscriber, _ reason: EndReason) {
        guard subscriber.phase != .ended else { return }
        if let shared = subscriber.shared {
            metrics.ended(reason)
            leave(subscriber)
            return shared.connection.end(subscriber, reason)
        }
        guard let channel = subscriber.channel else { return }
        metrics.ended(reason)
        leave(subscriber)
        framings[subscriber.group.form.transport].end(channel, reason)
    }

    /// Called more than once at a connection's end; the first one counts.
    func leave(_ subscriber: Subscriber) {
        let phase = subscriber.phase
        guard phase != .ended else { return }
        subscriber.phase = .ended
        status.viewerLeft()
        shard.value.endLease(of: subscriber)
        let left = Join(subscriber, audience: index, eventLoop: shard.eventLoop)
        home?.execute { $0.left(left) }
        if phase != .joining { expel(subscriber) }
    }

    func sendSnapshot(to subscriber: Subscriber) {
        if subscriber.own != nil {
            home?.execute { [id = ObjectIdentifier(subscriber)] in $0.oweOwn(id) }
            return
        }
        if subscriber.watch != nil {
            // Only home can tell where its users stand.
            expel(subscriber)
            subscriber.phase = .joining
            let join = Join(subscriber, audience: index, eventLoop: shard.eventLoop)
            home?.execute { $0.rejoin(join) }
            return
        }
        guard let published else { return }
        let form = subscriber.group.form
        let frame: ByteBuffer
        let now = shard.eventLoop.now
        // That of a window tells the time.
        if published.season != nil, now >= snapshotsEnd { snapshots = Self.noSnapshots }
        if let made = snapshots[form.index] {
            frame = made
        } else {
            if snapshots == Self.noSnapshots { snapshotsEnd = now + Self.snapshotAge }
            let subject = followed.subject(subscriber.group.form, season: published.seasonID)
            let message = Message.snapshot(published, of: subject, said: form.includesMetadata ? said : nil, now: now)
            frame = framings[form.transport].frame(message, published.cursor)
            snapshots[form.index] = frame
        }
        deliverAlone(frame, to: subscriber)
    }

    private func send(_ message: ByteBuffer, _ cursor: Cursor, to subscriber: Subscriber) {
        deliverAlone(framings[subscriber.group.form.transport].frame(message, cursor), to: subscriber)
    }

    private func deliverAlone(_ frame: ByteBuffer, to subscriber: Subscriber) {
        if subscriber.send(frame, within: backlog) {
            metrics.delivered(1, bytes: frame.readableBytes)
        } else if subscriber.phase == .following {
            fallBehind(subscriber)
        }
    }

    private func fallBehind(_ subscriber: Subscriber) {
        metrics.dropped(.backlog)
        subscriber.phase = .lagging
        groups[subscriber.group.index][subscriber.slot].socket = nil
        shard.value.watch(subscriber)
    }

    // MARK: Bookkeeping

    private func show(_ published: Published) {
        self.published = published
        snapshots = Self.noSnapshots
    }

    private func enroll(_ subscriber: Subscriber) {
        let group = subscriber.group.index
        if let socket = subscriber.socket { sender = socket.sender }
        subscriber.slot = groups[group].count
        groups[group].append(Member(subscriber: subscriber, socket: subscriber.socket))
        for user in subscriber.watch?.users ?? [] {
            watchers[user, default: [:]][ObjectIdentifier(subscriber)] = subscriber
        }
    }

    /// The last one of the group takes the place of the one that goes.
    private func expel(_ subscriber: Subscriber) {
        let group = subscriber.group.index
        guard groups[group].indices.contains(subscriber.slot) else { return }
        groups[group].swapAt(subscriber.slot, groups[group].count - 1)
        groups[group][subscriber.slot].subscriber.slot = subscriber.slot
        groups[group].removeLast()
        for user in subscriber.watch?.users ?? [] {
            watchers[user]?[ObjectIdentifier(subscriber)] = nil
            if watchers[user]?.isEmpty == true { watchers[user] = nil }
        }
    }
}
