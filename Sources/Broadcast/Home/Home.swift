import Board
import Logging
import Metrics
import NIOCore

/// The centre of one board's stream: the feed, and which loop has which subscribers. Lives on one event loop, which owns it.
///
/// Here is the way of an event: `receive` → feed → `flush` → outbox → `deliver` → audiences. How subscribers come and go is
/// in `Home+Subscribers`, followed users are in `Home+Watching`, the reads of the source and of the copy in `Home+Reading`.
final class Home {
    let eventLoop: any EventLoop
    let options: BroadcastOptions
    let source: StandingsSource
    let metrics: BroadcastMetrics
    let logger: Logger
    let followed: LiveWindow
    private let isMain: Bool
    let framings: Framings
    private let status: BoardStatus
    var audiences: [AudienceState] = []
    var feed: Feed
    var watches = Watches()
    /// Subscribers that came before the first snapshot of the board.
    var waiting: [Join] = []
    var readers = Readers()
    var outbox = Outbox()
    /// While somebody watches their own place.
    var own: OwnPlaces?
    let ownRows: NIOLoopBoundBox<OwnRows>
    /// For those who asked for it alone.
    var said = SaidByUsers()
    /// Subscribers whose first rows wait for what is said.
    var unsaid: [(join: Join, cursor: Cursor?)] = []
    /// When the source may be asked again for what is said.
    var nextQuestion = NIODeadline.uptimeNanoseconds(0)
    /// As the source said last.
    var shownTo = ShownTo.everybody
    /// When something happened last that may have been to the viewers' rights: as far as is known, and as of the read that is under way.
    private var doubtedSince = NIODeadline.uptimeNanoseconds(0)
    private(set) var doubtOfRead = NIODeadline.uptimeNanoseconds(0)
    /// What the viewers have been held to.
    var shownSince = NIODeadline.uptimeNanoseconds(0)
    /// The board is there, but not its window.
    var isWindowGone = false
    private var isDeliveryDue = false
    private var alarm: Scheduled<Void>?
    private var alarmAt = NIODeadline.distantFuture
    private var lookAt = NIODeadline.uptimeNanoseconds(0)
    /// When the season that is shown should be over, and how often its end was tried in vain.
    var end = SeasonEnd()
    /// When the source may be asked for ranks again.
    var nextRound = NIODeadline.uptimeNanoseconds(0)
    private(set) var isRunning = false

    /// - Parameter isMain: it is followed always, and looked at more closely than the others.
    init(
        _ followed: LiveWindow,
        isMain: Bool,
        surroundings: StreamSurroundings,
        source: StandingsSource,
        status: BoardStatus
    ) {
        self.followed = followed
        self.isMain = isMain
        self.source = source
        self.status = status
        var options = surroundings.options
        if !isMain { options.verifyInterval = options.boardVerifyInterval }
        self.options = options
        eventLoop = surroundings.eventLoop
        framings = surroundings.framings
        metrics = surroundings.metrics
        logger = surroundings.logger
        ownRows = surroundings.ownRows
        feed = Feed(options: options)
    }

    func serve(_ audiences: [AudienceReference]) {
        self.audiences = audiences.map { AudienceState(reference: $0) }
    }

    /// The verification begins.
    func run() {
        isRunning = true
        feed.begin(now: eventLoop.now)
        wake()
    }

    func stop() {
        isRunning = false
        alarm?.cancel()
        alarm = nil
        alarmAt = .distantFuture
        readers.dismiss()
        status.update(seq: 0, version: 0, isCaughtUp: false)
    }

    // MARK: An event in, frames out

    func receive(_ change: Change) {
        metrics.events.increment()
        perform(feed.receive(change, now: eventLoop.now))
        if change.saysOther { saysOther(change.user) }
        if change.isUnseen { movedUnseen(change.user) }
        answerReaders()
    }

    func standingsReplaced() {
        doubtedSince = eventLoop.now
        perform(feed.standingsReplaced(now: eventLoop.now))
        answerReaders()
    }

    /// Seasons of the board's windows begin.
    func begun(_ windows: BegunWindows) {
        perform(feed.begun(windows, now: eventLoop.now))
        answerReaders()
    }

    func subscriptionLive() {
        log("live subscription is up, taking a snapshot", .info)
        perform(feed.subscriptionLive(now: eventLoop.now))
    }

    func subscriptionLost() {
        log("live subscription lost", .warning)
        feed.subscriptionLost()
        beginOwn()
        perform([])
    }

    func perform(_ actions: [FeedAction]) {
        for action in actions {
            switch action {
            case .flush: flush()
            case .resnapshot(let reason): resnapshot(reason)
            case .reveal: reveal()
            case .fetch(let number):
                doubtOfRead = doubtedSince
                fetch(number)
            case .dismiss: dismiss()
            }
        }
        status.update(
            seq: feed.position?.seq ?? 0,
            version: feed.isLive ? feed.version : 0,
            isCaughtUp: feed.isCaughtUp
        )
        setAlarm()
    }

    /// Encodes the window once for each form in use. The frames go out when the tick ends: those of changes that
    /// arrived together cost each subscriber one write, and most of a delivery's cost is the kernel's for the write.
    private func flush() {
        guard let flush = feed.takeWindow(now: eventLoop.now) else { return }
        metrics.windows.increment()
        metrics.merged.increment(by: flush.changes.mergedCount)
        let frames = encode(flush)
        if !outbox.fits(frames, maximumBytes: options.maximumFrameBytes) { deliver() }
        outbox.add(frames, of: flush)
        deliverSoon()
        reveal()
        if flush.showsTop { noteShownRows() }
        watches.add(flush.changes)
        beginRound()
        tendOwn(atOnce: true)
    }

    /// By form. A message that goes by several transports is made once.
    private func encode(_ flush: Feed.Flush) -> [Delivery.Frames] {
        let cursor = flush.published.cursor
        // By whether they name the board, and those that have rows by whether these have what is said.
        var changes: [ByteBuffer?] = [nil, nil]
        var scoreboards: [ByteBuffer?] = [nil, nil, nil, nil]
        return MessageForm.all.map { form in
            let (name, place) = (subject(form, flush.published), form.namesBoard ? 1 : 0)
            let ofRows = form.includesMetadata ? 2 + place : place
            var frames = Delivery.Frames()
            if audiences.contains(where: { $0.count(.all, form) > 0 }) {
                let message = changes[place] ?? Message.changes(to: cursor, from: flush.from, flush.changes, of: name)
                changes[place] = message
                frames.changes = framings[form.transport].frame(message, cursor)
                metrics.frames.increment()
            }
            if flush.showsTop, audiences.contains(where: { $0.count(.top, form) > 0 }) {
                let said = form.includesMetadata ? self.said.known : nil
                let message = scoreboards[ofRows] ?? Message.scoreboard(flush.published, of: name, said: said)
                scoreboards[ofRows] = message
                frames.scoreboard = framings[form.transport].frame(message, cursor)
                metrics.frames.increment()
            }
            return frames
        }
    }

    /// What the messages of this form name.
    func subject(_ form: MessageForm, _ published: Published) -> Subject? {
        followed.subject(form, season: published.seasonID)
    }

    private func deliverSoon() {
        guard !isDeliveryDue else { return }
        isDeliveryDue = true
        eventLoop.assumeIsolated().execute { [weak self] in
            self?.isDeliveryDue = false
            self?.deliver()
        }
    }

    /// To every loop that has subscribers for it, in one hop. Whatever else goes to an audience, this goes first.
    func deliver() {
        guard let delivery = outbox.take() else { return }
        for audience in audiences where delivery.concerns(audience) {
            audience.reference.run { $0.deliver(delivery) }
        }
    }

    /// The changes do not tell all.
    private func reveal() {
        guard let published = feed.takeReveal(now: eventLoop.now) else { return }
        // The snapshot is of this place.
        deliver()
        for audience in audiences where audience.has(.all) {
            audience.reference.run { $0.reveal(published) }
        }
    }

    private func resnapshot(_ reason: ResyncReason) {
        guard let published = feed.published else { return }
        deliver()
        metrics.resynced(reason)
        let place: Logger.Metadata = ["reason": "\(reason.rawValue)", "cursor": "\(published.cursor)"]
        switch reason {
        case .start, .subscription, .epoch: log("standings taken from the store", .info, place)
        // Somebody has said so, and may say so in every window.
        case .replaced, .season: logger.debug("standings taken from the store", metadata: place)
        default: log("standings were not continuous, all subscribers get a snapshot", .warning, place)
        }
        watches.reset()
        if let turn = feed.takeTurn() { tell(turn) }
        for audience in audiences where audience.counts.contains(where: { $0 > 0 }) {
            audience.reference.run { $0.resnapshot(published) }
        }
        noteShownRows()
        let early = waiting
        waiting = []
        // Before the first of them comes, who begins it.
        beginOwn()
        for join in early { admit(join, cursor: nil) }
        beginRound()
    }

    /// Of one board among many only who looks closely hears: what befalls all of them befalls `main` too.
    func log(_ message: Logger.Message, _ level: Logger.Level, _ metadata: Logger.Metadata = [:]) {
        guard !isMain else { return logger.log(level: level, message, metadata: metadata) }
        logger.debug(message, metadata: metadata.merging(["board": "\(followed)"]) { first, _ in first })
    }

    // MARK: Time

    func setAlarm() {
        var next = min(feed.nextWake, watches.isEmpty ? .distantFuture : lookAt)
        if watches.isRoundDue, feed.published != nil { next = min(next, nextRound) }
        if let deadline = readers.nextDeadline { next = min(next, deadline) }
        if let due = end.due { next = min(next, due) }
        if let own { next = min(next, own.wakeAt) }
        if said.isQuestionDue { next = min(next, nextQuestion) }
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
        }
        beginRound()
        endSeasonIfDue(now: now)
        askWhatIsSaid()
        perform(feed.wake(now: now))
        if let own, now >= own.wakeAt { tendOwn() }
        answerReaders()
    }
}

/// What the centre knows of the subscribers of one loop.
struct AudienceState {
    let reference: AudienceReference
    /// Subscribers by `Group.index`.
    var counts = Array(repeating: 0, count: Group.count)
    /// Those of them who want to know what users say of themselves.
    var metadataViewers = 0

    func count(_ kind: Group.Kind, _ form: MessageForm) -> Int { counts[Group(kind: kind, form: form).index] }

    func has(_ form: MessageForm) -> Bool { Group.Kind.allCases.contains { count($0, form) > 0 } }

    func has(_ kind: Group.Kind) -> Bool { MessageForm.all.contains { count(kind, $0) > 0 } }

    var hasMetadataViewers: Bool { metadataViewers > 0 }
}
