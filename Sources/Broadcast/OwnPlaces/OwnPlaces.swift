import Board
import NIOCore

/// The viewers of `View.own` of one board, and what each has to be told; without I/O, and on the centre's loop. It is there while there
/// are such viewers.
///
/// One copy of the best rows serves all of them, up to ``BroadcastOptions/ownRows``: it is read in pages, one at a time, and kept right by
/// the stream's changes, which wait while a page is under way, so that each page meets the rows of its own moment. Once it is whole, a
/// page is compared in each ``BroadcastOptions/verifyInterval``, in turn. Of users behind its end the source is asked, ``maximumAsked`` of them at a
/// time; between two answers a rank moves with each user who is seen to pass.
final class OwnPlaces {
    static let pageRows = 1000
    static let maximumAsked = 256
    /// Between two such questions, and two beginnings of the rows, at least.
    static let pause = TimeAmount.milliseconds(250)
    /// A page that takes longer than this and a window is not waited for.
    private static let patience = TimeAmount.milliseconds(250)
    /// 20,000 in a second: what is left over comes in the next window. Who has been passed, or has passed somebody, comes first.
    private static let timeOfMessage = TimeAmount.microseconds(50)

    struct Page {
        let number: Int
        let offset: Int
        let limit: Int
        let startedAt: NIODeadline
        var answer: Snapshot?
    }

    struct Message {
        let viewer: OwnViewer
        let standing: OwnStanding
        let passed: Passings
        let overtook: Passings
    }

    let options: BroadcastOptions
    private let budget: OwnRows
    private var board = BestRows()
    private var heldRows = 0
    /// The users of the viewers alone.
    private var watched = Ranking(BoardOrder())
    private var viewers: [OwnViewer] = []
    private var places: [ObjectIdentifier: OwnViewer] = [:]
    private var byUser: [String: [OwnViewer]] = [:]
    private var urgent: [OwnViewer] = []
    /// Those of whom the rows do not tell.
    private var deep = 0
    /// Whose turn it is.
    private var nextExamined = 0
    private var nextAsked = 0

    /// As of the rows.
    private var position: Cursor?
    /// As of the stream, when its last window went out.
    private var target: Cursor?
    /// In the cursors of the source.
    private var epoch: String?
    /// The stream is followed, and the board is shown as it is: the rows are held.
    private var holdsRows = false
    private var isFrozen = false
    private var version = 0
    /// Since `position`, in their order.
    private var waiting: [GatheredChange] = []
    private var page: Page?
    private var pages = 0
    private var isFilling = true
    private var nextPage = NIODeadline.uptimeNanoseconds(0)
    private var nextFilling = NIODeadline.uptimeNanoseconds(0)
    private var verifiedTo = 0
    private var round: (number: Int, viewers: [OwnViewer], version: Int)?
    private var rounds = 0
    private var nextRound = NIODeadline.uptimeNanoseconds(0)
    private var nextLookAround = NIODeadline.uptimeNanoseconds(0)
    private var nextServing = NIODeadline.uptimeNanoseconds(0)
    private var owesServing = false
    private var owesRound = false
    /// Pages cannot be taken as they are: the source tells of everybody meanwhile.
    private var cannotFill = false
    /// When it must be looked at again.
    private(set) var wakeAt = NIODeadline.distantFuture

    init(options: BroadcastOptions, budget: OwnRows) {
        self.options = options
        self.budget = budget
    }

    deinit { budget.change(by: -heldRows) }

    var isEmpty: Bool { viewers.isEmpty }

    // MARK: Viewers

    func join(_ viewer: OwnViewer) {
        viewer.index = viewers.count
        viewers.append(viewer)
        places[viewer.join.id] = viewer
        viewer.isDeep = false
        byUser[viewer.wish.user, default: []].append(viewer)
        if let row = board.rows.row(of: viewer.wish.user), !watched.contains(row.user) { watched.put(row) }
        hurry(viewer)
    }

    func leave(_ id: ObjectIdentifier) {
        guard let viewer = places.removeValue(forKey: id), let last = viewers.popLast() else { return }
        if last !== viewer {
            viewers[viewer.index] = last
            last.index = viewer.index
        }
        viewer.hasLeft = true
        if viewer.isDeep { deep -= 1 }
        let user = viewer.wish.user
        byUser[user]?.removeAll { $0 === viewer }
        if byUser[user]?.isEmpty == true {
            byUser[user] = nil
            watched.remove(user)
        }
    }

    /// It was left behind, and is told anew.
    func owe(_ id: ObjectIdentifier) {
        guard let viewer = places[id] else { return }
        viewer.told = nil
        hurry(viewer)
    }

    private func hurry(_ viewer: OwnViewer) {
        viewer.version = -1
        (owesServing, owesRound) = (true, true)
        guard !viewer.isUrgent else { return }
        viewer.isUrgent = true
        urgent.append(viewer)
    }

    // MARK: The stream

    /// The standings are others than the changes tell.
    /// - Parameters:
    ///   - cursor: of the stream from now on; nil: nothing is known of the board.
    ///   - epoch: in the source's own cursors.
    ///   - isFrozen: the board is not shown as it is.
    ///   - holdsRows: false: of a board that is frozen, or whose stream is lost, the source alone tells.
    func begin(at cursor: Cursor?, epoch: String?, isFrozen: Bool, holdsRows: Bool, now: NIODeadline) {
        // Another season, or another board; or the same place, told otherwise.
        let isOther = cursor?.epoch != target?.epoch
        for viewer in viewers where isOther || isFrozen != self.isFrozen {
            viewer.told = nil
            if isOther { (viewer.passed, viewer.overtook) = (Passings(), Passings()) }
        }
        // Who had a score, and is not among the rows then, may have been hidden, or is not any more.
        for viewer in viewers where viewer.hasScore { viewer.isHidden = nil }
        self.isFrozen = isFrozen
        begin(at: cursor, epoch: epoch, holdsRows: holdsRows, now: now)
    }

    private func begin(at cursor: Cursor?, epoch: String?, holdsRows: Bool, now: NIODeadline) {
        board = BestRows(board.order)
        watched = Ranking(board.order)
        account()
        waiting = []
        page = nil
        (position, target, self.epoch, self.holdsRows) = (cursor, cursor, epoch, holdsRows)
        isFilling = true
        verifiedTo = 0
        // The first time at once.
        nextPage = max(now, nextFilling)
        nextFilling = now + Self.pause * 4
        round = nil
        for viewer in viewers { viewer.look = nil }
        change()
    }

    private func change() {
        version &+= 1
        (owesServing, owesRound) = (true, true)
    }

    /// The stream went on.
    func add(_ changes: [GatheredChange], to cursor: Cursor, now: NIODeadline) {
        target = cursor
        guard holdsRows else { return }
        waiting.append(contentsOf: changes)
        settle(now: now)
    }

    /// A change of a hidden user's: the source has to say where they would stand.
    func movedUnseen(_ user: String) {
        for viewer in byUser[user] ?? [] {
            viewer.isHidden = viewer.isHidden == true ? true : nil
            viewer.wantsLook = true
            hurry(viewer)
        }
    }

    /// Nothing has come; what is waited for may be given up.
    func pass(now: NIODeadline) { if holdsRows { settle(now: now) } }

    /// Applies what has come, but for what has to wait for a page.
    private func settle(now: NIODeadline) {
        if let page {
            guard let answer = page.answer else {
                return giveUp(page, now: now)
            }
            apply(upTo: answer.cursor.seq)
            guard let target, target.seq >= answer.cursor.seq else {
                return giveUp(page, now: now)
            }
            self.page = nil
            take(answer, page, now: now)
        }
        applyAll()
    }

    /// What has come waits no longer.
    private func giveUp(_ page: Page, now: NIODeadline) {
        guard now >= page.startedAt + patience else { return }
        self.page = nil
        nextPage = now + options.verifyInterval
        applyAll()
    }

    private var patience: TimeAmount { Self.patience + options.window }

    private func applyAll() {
        apply(upTo: .max)
        position = target
    }

    private func apply(upTo seq: Int) {
        guard !waiting.isEmpty else { return }
        let count = waiting.firstIndex { $0.change.seq > seq } ?? waiting.count
        guard count > 0 else { return }
        for gathered in waiting[..<count] { apply(gathered.change, gathered.time) }
        waiting.removeSubrange(..<count)
        account()
        change()
    }

    private func take(_ answer: Snapshot, _ page: Page, now: NIODeadline) {
        let before = (board.count, board.total)
        switch board.extend(by: answer, from: page.offset, maximum: room) {
        case .gap: nextPage = now
        case .differs:
            cannotFill = true
            begin(at: target, epoch: epoch, holdsRows: holdsRows, now: now)
            return
        case .fits:
            if watched.order != board.order { putWatchedInOrder() }
            let wasFilling = isFilling
            if isFilling {
                isFilling = !board.isWhole && room > board.count
                if !isFilling { cannotFill = false }
                nextPage = isFilling ? now : now + options.verifyInterval
            } else {
                nextPage = now + options.verifyInterval
                verifiedTo = page.offset + page.limit
            }
            guard before != (board.count, board.total) || wasFilling != isFilling else { return }
            for standing in answer.standings where byUser[standing.user] != nil {
                guard let row = board.rows.row(of: standing.user) else { continue }
                watched.remove(row.user)
                watched.put(row)
            }
            account()
            change()
        }
    }

    /// Before the first page, nobody knew which it is.
    private func putWatchedInOrder() {
        let rows = watched.rows(0..<watched.count)
        watched = Ranking(board.order)
        for row in rows { watched.put(row) }
    }

    private var room: Int { min(options.ownRows, board.count + budget.left) }

    private func account() {
        budget.change(by: board.count - heldRows)
        heldRows = board.count
    }

    // MARK: One change

    private func apply(_ change: PlacedChange, _ time: Int?) {
        let user = change.user
        let own = byUser[user] ?? []
        let watchedBefore = own.isEmpty ? nil : watched.remove(user)
        let wasWhole = board.isWhole
        let move = board.set(user, to: change.score, isReached: change.increase != 0, maximum: room)
        guard let move else {
            if let watchedBefore { watched.put(watchedBefore) }
            return
        }
        let passing = Passings.Passing(user: user, score: change.score, time: time)
        let origin: Ranking.Row?
        switch self.origin(move.old ?? watchedBefore, wasWhole: wasWhole, change) {
        case .row(let row): origin = row
        case .end: origin = nil
        case .unknown: return tellOwn(own, move, wasWhole: wasWhole, time)
        }
        watched.forEach(watched.passed(from: origin, to: move.new)) { row in
            for viewer in byUser[row.user] ?? [] {
                viewer.passed.add(passing)
                viewer.look?.standing.rank? += 1
                hurry(viewer)
            }
        }
        watched.forEach(watched.overtaking(from: origin, to: move.new)) { row in
            for viewer in byUser[row.user] ?? [] {
                viewer.overtook.add(passing)
                if let rank = viewer.look?.standing.rank { viewer.look?.standing.rank = max(1, rank - 1) }
                hurry(viewer)
            }
        }
        tellOwn(own, move, wasWhole: wasWhole, time)
    }

    /// Those who watch the user that moved.
    private func tellOwn(_ own: [OwnViewer], _ move: BestRows.Move, wasWhole: Bool, _ time: Int?) {
        guard !own.isEmpty else { return }
        watched.put(move.new)
        let (passed, overtook) = crossed(by: move, wasWhole: wasWhole, time)
        for viewer in own {
            if let passed { viewer.passed.add(passed.count, named: passed.named) }
            if let overtook { viewer.overtook.add(overtook.count, named: overtook.named) }
            viewer.wantsLook = true
            hurry(viewer)
        }
    }

    private enum Origin {
        case row(Ranking.Row)
        /// New on the board: from behind its end.
        case end
        case unknown
    }

    /// Where the user of a change was.
    private func origin(_ old: Ranking.Row?, wasWhole: Bool, _ change: PlacedChange) -> Origin {
        if let old { return .row(old) }
        if wasWhole { return .end }
        guard change.increase != 0 else { return .unknown }
        let (score, overflow) = change.score.subtractingReportingOverflow(change.increase)
        guard !overflow else { return .unknown }
        return .row(Ranking.Row(standing: Standing(user: change.user, score: score), arrival: 0))
    }

    private typealias Crossed = (count: Int, named: [Passings.Passing])

    /// Whom a watched user has passed, and by whom they were passed, where the rows tell; the nearest ones are named.
    private func crossed(by move: BestRows.Move, wasWhole: Bool, _ time: Int?) -> (passed: Crossed?, overtook: Crossed?)
    {
        guard move.old != nil || wasWhole, let own = board.rows.place(of: move.new.user) else { return (nil, nil) }
        func named(_ places: Range<Int>) -> [Passings.Passing] {
            board.rows.rows(places).map { Passings.Passing(user: $0.user, score: $0.score, time: time) }
        }
        var behind = board.rows.passed(from: move.old, to: move.new)
        // The user's own row.
        if behind.first == own { behind = behind.dropFirst() }
        let before = board.rows.overtaking(from: move.old, to: move.new)
        return (
            before.isEmpty ? nil : (before.count, named(before.suffix(Passings.longest))),
            behind.isEmpty ? nil : (behind.count, named(behind.prefix(Passings.longest)).reversed())
        )
    }

    // MARK: What is told

    /// What is to be told now: to each at most once in a window.
    /// - Parameter atOnce: a window of the stream has just gone out.
    func serve(atOnce: Bool, now: NIODeadline) -> [Message] {
        let isDue = now >= nextServing || atOnce && options.window >= SnapshotPace.shortest
        guard owesServing, isDue, target != nil else { return [] }
        owesServing = false
        board.countScores()
        var messages: [Message] = []
        let first = urgent
        urgent = []
        for (place, viewer) in first.enumerated() {
            guard messages.count < mostMessages else {
                urgent.append(contentsOf: first[place...])
                break
            }
            if now < viewer.due, !viewer.hasLeft {
                urgent.append(viewer)
            } else {
                viewer.isUrgent = false
                examine(viewer, now: now, &messages)
            }
        }
        var examined = 0
        while examined < min(viewers.count, 2 * mostMessages), messages.count < mostMessages {
            if nextExamined >= viewers.count { nextExamined = 0 }
            examine(viewers[nextExamined], now: now, &messages)
            nextExamined += 1
            examined += 1
        }
        owesServing = owesServing || !urgent.isEmpty || hasUntold
        nextServing = now + tick
        return messages
    }

    private var tick: TimeAmount { max(options.window, SnapshotPace.shortest) }

    private var mostMessages: Int { Int(min(tick, .seconds(1)).nanoseconds / Self.timeOfMessage.nanoseconds) }

    /// Somebody has not been told what there is to tell.
    private var hasUntold: Bool { viewers.contains { $0.version != version } }

    private func examine(_ viewer: OwnViewer, now: NIODeadline, _ messages: inout [Message]) {
        guard viewer.version != version, !viewer.hasLeft else { return }
        guard now >= viewer.due else {
            owesServing = true
            return
        }
        var known = holdsRows ? board.standing(of: viewer.wish.user, neighbours: viewer.wish.neighbours) : nil
        if let row = known, row.score == nil, viewer.isHidden != false { known = nil }
        if viewer.isDeep != (known == nil) { deep += known == nil ? 1 : -1 }
        viewer.isDeep = known == nil
        if known == nil { owesRound = true } else { viewer.look = nil }
        viewer.version = version
        guard let standing = known ?? viewer.look?.standing else { return }
        let told = standing.told
        guard told != viewer.told || !viewer.passed.isEmpty || !viewer.overtook.isEmpty else { return }
        viewer.told = told
        viewer.hasScore = standing.score != nil
        viewer.due = now + max(viewer.wish.pause, tick)
        messages.append(
            Message(viewer: viewer, standing: standing, passed: viewer.passed, overtook: viewer.overtook)
        )
        (viewer.passed, viewer.overtook) = (Passings(), Passings())
    }

    // MARK: What is asked of the source

    /// The page to be read now.
    func beginPage(now: NIODeadline) -> Page? {
        guard holdsRows, page == nil, now >= nextPage, !viewers.isEmpty else { return nil }
        if !isFilling, !board.isWhole, board.count < options.ownRows * 9 / 10, room > board.count { isFilling = true }
        let offset: Int
        if isFilling {
            // One row that is known already shows whether both are of one board.
            offset = max(0, board.count - 1)
        } else {
            if verifiedTo >= board.count { verifiedTo = 0 }
            offset = verifiedTo
        }
        // What is outside is not for a comparison.
        let limit = isFilling ? Self.pageRows : max(1, min(Self.pageRows, board.count - offset))
        pages += 1
        let page = Page(number: pages, offset: offset, limit: limit, startedAt: now)
        self.page = page
        return page
    }

    /// - Parameter answer: nil: it could not be read, or not as it is.
    func pageArrived(_ number: Int, _ answer: Snapshot?, now: NIODeadline) {
        guard page?.number == number else { return }
        if let answer, answer.epoch == epoch, let position, answer.seq >= position.seq {
            page?.answer = answer
        } else {
            page = nil
            cannotFill = isFilling
            change()
            nextPage = now + options.verifyInterval
        }
        settle(now: now)
    }

    /// The viewers of whose users the source is to be asked now.
    func beginRound(now: NIODeadline) -> (number: Int, viewers: [OwnViewer])? {
        guard target != nil, !viewers.isEmpty else { return nil }
        guard round == nil, deep > 0 else { return nil }
        let isLookAround = now >= nextLookAround
        guard owesRound || isLookAround, now >= nextRound else { return nil }
        if isLookAround {
            nextLookAround = now + options.verifyInterval
            // Nothing tells of changes.
            if !holdsRows { change() }
        }
        let isWaited = holdsRows && isFilling && !cannotFill
        var asked: [OwnViewer] = []
        for viewer in viewers where viewer.isDeep && viewer.wantsLook {
            if asked.count == Self.maximumAsked { break }
            // Rows that are being read will tell of who has been told before.
            if isWaited, viewer.told != nil, viewer.isHidden != true { continue }
            asked.append(viewer)
        }
        if !isWaited {
            var looked = 0
            while looked < viewers.count, asked.count < Self.maximumAsked {
                if nextAsked >= viewers.count { nextAsked = 0 }
                let viewer = viewers[nextAsked]
                // What nobody told of is found in turn.
                let isOld = viewer.look?.version != version || isLookAround
                if viewer.isDeep, !viewer.wantsLook, isOld { asked.append(viewer) }
                nextAsked += 1
                looked += 1
            }
        }
        owesRound = asked.count == Self.maximumAsked
        guard !asked.isEmpty else { return nil }
        for viewer in asked { viewer.wantsLook = false }
        rounds += 1
        round = (rounds, asked, version)
        nextRound = now + Self.pause
        return (rounds, asked)
    }

    /// - Parameter answer: in the order of the viewers; nil: the source could not be asked.
    func roundEnded(_ number: Int, _ answer: [OwnStanding]?, now: NIODeadline) {
        guard let round, round.number == number else { return }
        self.round = nil
        guard let answer else {
            for viewer in round.viewers { viewer.wantsLook = true }
            nextRound = now + options.verifyInterval
            return
        }
        for (viewer, standing) in zip(round.viewers, answer) where places[viewer.join.id] === viewer && viewer.isDeep {
            viewer.look = OwnViewer.Look(standing: standing, version: round.version)
            viewer.isHidden = standing.isHidden
            if standing.isHidden { watched.remove(viewer.wish.user) }
            if holdsRows, let score = standing.score, !watched.contains(viewer.wish.user) {
                watched.put(Ranking.Row(standing: Standing(user: viewer.wish.user, score: score), arrival: 0))
            }
            hurry(viewer)
        }
    }

    /// Everything has been done that is due now.
    func rest(now: NIODeadline) {
        wakeAt = .distantFuture
        guard !viewers.isEmpty, target != nil else { return }
        if owesServing { wakeAt = min(wakeAt, nextServing) }
        if let page {
            // What it waits for comes with the stream.
            wakeAt = min(wakeAt, page.answer == nil ? page.startedAt + patience : now + tick)
        } else if holdsRows {
            wakeAt = min(wakeAt, nextPage)
        }
        if deep > 0, round == nil { wakeAt = min(wakeAt, owesRound ? nextRound : max(nextRound, nextLookAround)) }
        // Whatever is due and could not be done, is not tried without a pause.
        wakeAt = max(wakeAt, now + .milliseconds(1))
    }

    /// As of the rows.
    var cursor: Cursor? { position ?? target }
}
