import NIOCore

/// Which boards, and windows of boards, have a stream, who holds them, and when those end that nobody holds. No I/O; time comes in as a value.
///
/// A board is followed while somebody watches it, for a while after, and while it is read often. Who watches comes first: a board
/// that is only read gives way to one that is to be watched. Names at which nobody has made a board yet are counted by themselves.
struct FollowedBoards {
    private struct Followed {
        let stream: BoardStream
        var holds = 0
        /// False: when somebody last came, there was none of this name.
        var wasMade = true
        /// When the stream ends, if nobody holds it then.
        var end: NIODeadline

        var isMade: Bool { wasMade || stream.hasBegun }
    }

    private let maximum: Int
    private let grace: TimeAmount
    private var boards: [LiveWindow: Followed] = [:]
    /// When ``takeEnded(now:)`` will be called.
    private var sweepAt: NIODeadline?

    init(_ options: BroadcastOptions) {
        maximum = options.maximumBoards
        grace = options.boardGrace
    }

    var count: Int { boards.count }
    var all: [BoardStream] { boards.values.map(\.stream) }
    var isFull: Bool { isFull(isMade: true) }

    /// Counts them only where it may be so. A name at which somebody has made a board since it was watched is one of a board, so there may be
    /// more of these; then fewer others are followed.
    private func isFull(isMade: Bool) -> Bool {
        boards.count >= 2 * maximum || boards.count >= maximum && count(isMade: isMade) >= maximum
    }

    private func count(isMade: Bool) -> Int { boards.values.count { $0.isMade == isMade } }

    func stream(of board: LiveWindow) -> BoardStream? { boards[board]?.stream }

    /// Nil when there is none yet: ``makeRoom(isMade:)``, then ``add(_:named:isMade:)``.
    mutating func hold(_ board: LiveWindow, isMade: Bool) throws(TooManyBoards) -> BoardStream? {
        guard let followed = boards[board] else { return nil }
        // One that was only read is counted as one that is there.
        if !isMade, followed.isMade, !followed.stream.hasBegun, isFull(isMade: false) { throw TooManyBoards() }
        boards[board]?.wasMade = isMade
        boards[board]?.holds += 1
        return followed.stream
    }

    /// Of those of its kind that nobody holds (of all, where there is room for its kind) the one that would end first gives way; it is taken out.
    mutating func makeRoom(isMade: Bool) throws(TooManyBoards) -> BoardStream? {
        guard isFull(isMade: isMade) else { return nil }
        let takesAny = !isMade && count(isMade: false) < maximum
        let idle = boards.filter { $0.value.holds == 0 && (takesAny || $0.value.isMade == isMade) }
        guard let first = idle.min(by: { $0.value.end < $1.value.end }) else { throw TooManyBoards() }
        return boards.removeValue(forKey: first.key)?.stream
    }

    /// It is held by whoever asked for it.
    mutating func add(_ stream: BoardStream, named board: LiveWindow, isMade: Bool) {
        boards[board] = Followed(stream: stream, holds: 1, wasMade: isMade, end: .uptimeNanoseconds(0))
    }

    /// Nobody holds it: it is followed until then.
    mutating func add(_ stream: BoardStream, named board: LiveWindow, until end: NIODeadline) {
        boards[board] = Followed(stream: stream, end: end)
    }

    /// It is followed until then at least. False: it is not followed.
    mutating func extend(_ board: LiveWindow, until end: NIODeadline) -> Bool {
        guard let followed = boards[board] else { return false }
        boards[board]?.end = max(followed.end, end)
        return true
    }

    mutating func letGo(_ board: LiveWindow, now: NIODeadline) {
        guard let followed = boards[board], followed.holds > 0 else { return }
        boards[board]?.holds -= 1
        if followed.holds == 1 { boards[board]?.end = max(followed.end, now + grace) }
    }

    /// Those whose time has come; they are taken out.
    mutating func takeEnded(now: NIODeadline) -> [BoardStream] {
        sweepAt = nil
        let ended = boards.filter { $0.value.holds == 0 && $0.value.end <= now }
        for name in ended.keys { boards[name] = nil }
        return ended.values.map(\.stream)
    }

    /// When the next one may end, if that is sooner than ``takeEnded(now:)`` will be called; who asks will call it then.
    mutating func nextSweep() -> NIODeadline? {
        let ends = boards.values.lazy.filter { $0.holds == 0 }.map(\.end)
        guard let next = ends.min(), sweepAt.map({ next < $0 }) ?? true else { return nil }
        sweepAt = next
        return next
    }
}
