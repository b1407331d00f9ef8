import NIOCore

/// Which boards have a stream, who holds them, and when those end that nobody holds. No I/O.
struct FollowedBoards {
    private struct Followed {
        let stream: BoardStream
        var holds = 1
        /// When the stream ends, unless somebody holds it again. Nil while somebody does.
        var end: NIODeadline?
    }

    private let maximum: Int
    private let grace: TimeAmount
    private var boards: [String: Followed] = [:]
    private var isSweepDue = false

    init(maximum: Int, grace: TimeAmount) {
        self.maximum = maximum
        self.grace = grace
    }

    var count: Int { boards.count }
    var all: [BoardStream] { boards.values.map(\.stream) }

    func stream(of board: String) -> BoardStream? { boards[board]?.stream }

    /// Nil when there is none yet: ``makeRoom()``, then ``add(_:named:)``.
    mutating func hold(_ board: String) -> BoardStream? {
        guard let stream = boards[board]?.stream else { return nil }
        boards[board]?.holds += 1
        boards[board]?.end = nil
        return stream
    }

    /// Of those that nobody holds the one that would end first gives way; it is taken out.
    mutating func makeRoom() throws(TooManyBoards) -> BoardStream? {
        guard boards.count >= maximum else { return nil }
        let idle = boards.compactMap { name, followed in followed.end.map { (name: name, end: $0) } }
        guard let first = idle.min(by: { $0.end < $1.end }) else { throw TooManyBoards() }
        return boards.removeValue(forKey: first.name)?.stream
    }

    mutating func add(_ stream: BoardStream, named board: String) {
        boards[board] = Followed(stream: stream)
    }

    /// Returns when ``takeEnded(now:)`` must be called, if nobody has been told yet.
    mutating func letGo(_ board: String, now: NIODeadline) -> NIODeadline? {
        guard let followed = boards[board], followed.holds > 0 else { return nil }
        boards[board]?.holds -= 1
        guard followed.holds == 1 else { return nil }
        boards[board]?.end = now + grace
        return isSweepDue ? nil : nextSweep()
    }

    /// Those whose time has come; they are taken out.
    mutating func takeEnded(now: NIODeadline) -> [BoardStream] {
        isSweepDue = false
        let ended = boards.filter { $0.value.end.map { $0 <= now } ?? false }
        for name in ended.keys { boards[name] = nil }
        return ended.values.map(\.stream)
    }

    /// When the next one may end; who asks will call ``takeEnded(now:)`` then.
    mutating func nextSweep() -> NIODeadline? {
        let next = boards.values.compactMap(\.end).min()
        isSweepDue = next != nil
        return next
    }
}
