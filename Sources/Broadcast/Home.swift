import Logging
import Metrics
import NIOCore

/// The broadcaster's centre: the feed, and which loop has which subscribers. Lives on one event loop, which owns it.
final class Home {
    private let eventLoop: any EventLoop
    private let options: BroadcastOptions
    private let source: StandingsSource
    private let metrics: BroadcastMetrics
    private let logger: Logger
    private let board: BoardStatus
    private var shards: [ShardState] = []
    private var transports: [Transport] = []
    private var feed: Feed
    private var watches = Watches()
    /// Subscribers that came before the first snapshot of the board.
    private var waiting: [Join] = []
    private var meters: [Group: Meter] = [:]
    private var readers: [Reader] = []
    private var alarm: Scheduled<Void>?
    private var alarmAt = NIODeadline.distantFuture
    private var lookAt = NIODeadline.uptimeNanoseconds(0)
    private var isRunning = false

    private struct ShardState {
        let reference: ShardReference
        /// Subscribers by `Group.index`.
        var counts: [Int] = []

        func count(_ kind: Group.Kind, _ transport: Int) -> Int {
            let index = Group(kind: kind, transport: transport).index
            return counts.indices.contains(index) ? counts[index] : 0
        }
    }

    init(
        eventLoop: any EventLoop,
        options: BroadcastOptions,
        source: StandingsSource,
        metrics: BroadcastMetrics,
        board: BoardStatus,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.options = options
        self.source = source
        self.metrics = metrics
        self.board = board
        self.logger = logger
        feed = Feed(options: options)
    }

    func serve(_ shards: [ShardReference]) {
        self.shards = shards.map { ShardState(reference: $0) }
    }

    /// The verification begins.
    func run() {
        isRunning = true
        wake()
    }

    func stop() {
        isRunning = false
        alarm?.cancel()
        alarm = nil
        alarmAt = .distantFuture
        for reader in readers { reader.promise.succeed(nil) }
        readers = []
    }

    // MARK: An event in, frames out

    func receive(_ change: Change) {
        metrics.events.increment()
        perform(feed.receive(change, now: eventLoop.now))
        answerReaders()
    }

    func standingsReplaced() {
        perform(feed.standingsReplaced(now: eventLoop.now))
    }

    func subscriptionLive() {
        logger.info("live subscription is up, taking a snapshot")
        perform(feed.subscriptionLive(now: eventLoop.now))
    }

    func subscriptionLost() {
        logger.warning("live subscription lost")
        feed.subscriptionLost()
        perform([])
    }

    private func perform(_ actions: [FeedAction]) {
        for action in actions {
            switch action {
            case .flush: flush()
            case .resnapshot(let reason): resnapshot(reason)
            case .fetch(let number): fetch(number)
            }
        }
        board.update(seq: feed.position?.seq ?? 0, version: feed.isLive ? feed.version : 0)
        setAlarm()
    }

    private func flush() {
        guard let flush = feed.takeWindow(now: eventLoop.now) else { return }
        metrics.merged.increment(by: flush.changes.mergedCount)
        let cursor = flush.published.cursor
        var changes: ByteBuffer?
        var scoreboard: ByteBuffer?
        var frames = Array(repeating: Delivery.Frames(), count: transports.count)
        for (index, transport) in transports.enumerated() {
            if shards.contains(where: { $0.count(.all, index) > 0 }) {
                let message = changes ?? Message.changes(to: cursor, from: flush.from, flush.changes)
                changes = message
                frames[index].changes = transport.frame(message, cursor)
            }
            if flush.showsTop, shards.contains(where: { $0.count(.top, index) > 0 }) {
                let message = scoreboard ?? Message.scoreboard(flush.published)
                scoreboard = message
                frames[index].scoreboard = transport.frame(message, cursor)
            }
        }
        let delivery = Delivery(
            published: flush.published,
            frames: frames,
            needsSnapshot: flush.revealsUsers,
            oldestTime: flush.changes.oldestTime
        )
        for shard in shards
        where transports.indices.contains(where: {
            shard.count(.all, $0) > 0 || (flush.showsTop && shard.count(.top, $0) > 0)
        }) {
            metrics.frames.increment()
            shard.reference.run { $0.deliver(delivery) }
        }
        watches.add(flush.changes)
        beginRound()
    }

    private func resnapshot(_ reason: ResyncReason) {
        guard let published = feed.published else { return }
        metrics.resynced(reason)
        let place: Logger.Metadata = ["reason": "\(reason.rawValue)", "cursor": "\(published.cursor)"]
        switch reason {
        case .start, .subscription, .epoch, .replaced: logger.info("standings taken from the store", metadata: place)
        default: logger.warning("standings were not continuous, all subscribers get a snapshot", metadata: place)
        }
        watches.reset()
        for shard in shards where shard.counts.contains(where: { $0 > 0 }) {
            shard.reference.run { $0.resnapshot(published) }
        }
        let early = waiting
        waiting = []
        for join in early { admit(join, cursor: nil) }
        beginRound()
    }

    /// The one read of the source at a time that keeps the copy right; the feed numbers them and takes the latest only.
    private func fetch(_ number: Int) {
        source.snapshot(options.copiedUsers, eventLoop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let snapshot): fetched(snapshot, number)
            case .failure(let error): fetchFailed(error, number)
            }
        }
    }

    private func fetched(_ snapshot: Snapshot, _ number: Int) {
        perform(feed.arrived(snapshot, number: number, now: eventLoop.now))
        answerReaders()
    }

    private func fetchFailed(_ error: any Error, _ number: Int) {
        metrics.sourceFailures.increment()
        if feed.failures == 0 { logger.warning("standings cannot be read", metadata: ["error": "\(error)"]) }
        perform(feed.failed(number, now: eventLoop.now))
    }

    // MARK: Time

    private func setAlarm() {
        var next = min(feed.nextWake, watches.isEmpty ? .distantFuture : lookAt)
        if let reader = readers.first { next = min(next, reader.deadline) }
        guard isRunning, next < alarmAt else { return }
        alarm?.cancel()
        alarmAt = next
        alarm = eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in self?.wake() }
    }

    private func wake() {
        alarmAt = .distantFuture
        alarm = nil
        let now = eventLoop.now
        if now >= lookAt {
            lookAt = now + options.verifyInterval
            watches.lookAround()
            beginRound()
        }
        perform(feed.wake(now: now))
        answerReaders()
    }

    // MARK: Subscribers

    /// A new subscriber.
    func join(_ join: Join, _ transport: Transport, cursor: Cursor?) {
        while transports.count <= join.group.transport { transports.append(transport) }
        let index = join.group.index
        while shards[join.shard].counts.count <= index { shards[join.shard].counts.append(0) }
        shards[join.shard].counts[index] += 1
        if meters[join.group] == nil {
            meters[join.group] = metrics.subscribers(transport: transport.name, view: join.group.kind)
        }
        meters[join.group]?.increment(by: 1)
        if join.group.kind == .users { watches.follow(join.users) }
        if feed.published == nil { waiting.append(join) } else { admit(join, cursor: cursor) }
        setAlarm()
    }

    func rejoin(_ join: Join) {
        watches.join(join)
        beginRound()
    }

    func left(_ join: Join) {
        let index = join.group.index
        shards[join.shard].counts[index] -= 1
        meters[join.group]?.decrement(by: 1)
        if join.group.kind == .users {
            watches.unfollow(join.users)
            watches.abandon(join.id)
        }
        if !waiting.isEmpty { waiting.removeAll { $0.id == join.id } }
    }

    private func admit(_ join: Join, cursor: Cursor?) {
        guard let published = feed.published else { return }
        if join.group.kind == .users { return rejoin(join) }
        var first: ByteBuffer?
        if join.group.kind == .all, let cursor, let missed = feed.missed(since: cursor) {
            metrics.resumed.increment()
            first = Message.changes(to: published.cursor, from: cursor.seq &+ 1, missed)
        }
        let subscriber = join.subscriber
        shards[join.shard].reference.run { [transports, first] in
            $0.admit(subscriber.value, transports, published, first: first)
        }
    }

    // MARK: Followed users

    private func beginRound() {
        guard let published = feed.published, let round = watches.begin(published, feed.top) else { return }
        if round.asked.isEmpty { return conclude(watches.end(round.number, answer: [])) }
        source.standings(round.asked, eventLoop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let answer): conclude(watches.end(round.number, answer: answer))
            case .failure: roundFailed(round.number)
            }
        }
    }

    /// What waits is tried again when the alarm for looking around rings.
    private func roundFailed(_ number: Int) {
        metrics.sourceFailures.increment()
        if let outcome = watches.fail(number) { send(outcome) }
    }

    private func conclude(_ outcome: Watches.Outcome?) {
        guard let outcome else { return }
        send(outcome)
        beginRound()
        setAlarm()
    }

    private func send(_ outcome: Watches.Outcome) {
        if !outcome.changes.isEmpty {
            let changes = WatchedChanges(
                cursor: outcome.cursor,
                changes: outcome.changes.map { ($0.change.user, Message.change($0.change, rank: $0.rank)) }
            )
            for shard in shards where transports.indices.contains(where: { shard.count(.users, $0) > 0 }) {
                shard.reference.run { $0.deliver(changes) }
            }
        }
        for (join, users) in outcome.admitted {
            let message = Message.snapshot(outcome.published, users: users)
            shards[join.shard].reference.run { [transports, subscriber = join.subscriber] in
                $0.admit(subscriber.value, transports, outcome.published, first: message)
            }
        }
    }

    // MARK: Readers of the copy

    private struct Reader {
        let limit: Int
        let seq: Int
        let deadline: NIODeadline
        let promise: EventLoopPromise<Reading?>
    }

    static let maximumReaders = 8192

    /// Succeeds with the first `limit` rows as soon as they contain `seq`; with nil when they cannot be vouched for.
    func read(limit: Int, atLeast seq: Int, within patience: TimeAmount, _ promise: EventLoopPromise<Reading?>) {
        guard isRunning, readers.count < Self.maximumReaders, feed.isLive else { return promise.succeed(nil) }
        readers.append(Reader(limit: limit, seq: seq, deadline: eventLoop.now + patience, promise: promise))
        answerReaders()
        setAlarm()
    }

    private func answerReaders() {
        guard !readers.isEmpty else { return }
        let now = eventLoop.now
        readers.removeAll { reader in
            guard feed.isLive, let position = feed.position, now < reader.deadline else {
                reader.promise.succeed(nil)
                return true
            }
            guard position.seq >= reader.seq else { return false }
            let snapshot = feed.standings(limit: reader.limit)
            reader.promise.succeed(snapshot.map { Reading(version: feed.version, snapshot: $0) })
            return true
        }
    }
}
