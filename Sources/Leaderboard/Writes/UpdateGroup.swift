import NIOCore
import RedisClient

/// Updates of one board, in the same seasons, that go to Redis as one call of `leaderboard_write`, and who waits for their outcomes. One
/// by itself is a group of one. Owned by an event loop; when it has left, it is used for others, so that its memory is made once.
final class UpdateGroup {
    static let maximumUpdates = 64
    /// A call of so many takes Redis less than a millisecond.
    static let maximumBytes = 65_536

    private(set) var head: WriteHead
    /// Their own words of KEYS and ARGV.
    private var keys = RedisCommand()
    private var words = RedisCommand()
    /// What each names of segments, of a board that has some.
    private var segments = RedisCommand()
    /// What rules of plausibility have of each, of a board that has some: further KEYS.
    private var paces = RedisCommand()
    private var waiting = Waiting()
    /// Its updates leave when the tick ends.
    var isDue = false
    /// Calls that are not answered.
    private var underWay = 0
    /// When the last of these left; nil: there is none.
    private(set) var underWaySince: NIODeadline?

    /// Whom the replies are for, in the order of the updates. Nearly always it is one.
    struct Waiting: Sendable {
        var first: ReplyContinuation?
        var others: [ReplyContinuation] = []
    }

    init(_ head: WriteHead) {
        self.head = head
    }

    private(set) var count = 0
    /// No fewer than the call has on the wire. Meaningless of an empty one.
    private var bytes = 0

    /// Whether there is room for one more.
    func takes(_ call: UpdateCall) -> Bool {
        if count == 0 { return true }
        return count < Self.maximumUpdates && bytes + call.maximumBytes(by: head) <= Self.maximumBytes
    }

    func add(_ call: UpdateCall, _ continuation: ReplyContinuation) {
        add(call)
        if waiting.first == nil { waiting.first = continuation } else { waiting.others.append(continuation) }
    }

    /// One whose outcome is told to who sends the group.
    func add(_ call: UpdateCall) {
        call.appendKeys(by: head, to: &keys)
        call.appendWords(to: &words)
        if head.segments != nil { segments.append(call.update.segments?.text ?? "") }
        head.rules?.appendKeys(of: call, to: &paces)
        bytes = (count == 0 ? head.byteCount : bytes) + call.maximumBytes(by: head)
        count += 1
    }

    /// The whole call, and who waits for it. The group is empty then.
    func take() -> (call: RedisCommand, waiting: Waiting) {
        var call = RedisCommand(head.function, reserving: head.byteCount + keys.byteCount + words.byteCount + 16)
        appendAll(to: &call, function: head.operation)
        defer { waiting = Waiting() }
        return (call, waiting)
    }

    /// The whole call of another function, which makes the group's updates in its own: its keys and words stand behind theirs.
    /// - Parameter function: of a board without rules of plausibility; that for those with some has the name of ``RuledCall`` behind it.
    func take(within function: String, keys more: [String], _ own: RedisCommand) -> RedisCommand {
        let function = head.rules == nil ? function : function + RuledCall.suffix
        var call = RedisCommand("FCALL", head.segments == nil ? function : SegmentedCall.function)
        appendAll(to: &call, function: function, keys: more, own)
        return call
    }

    private func appendAll(
        to call: inout RedisCommand,
        function: String,
        keys more: [String] = [],
        _ own: RedisCommand? = nil
    ) {
        call.append(head.keys.count + keys.count + (head.rules.map { $0.firstCount + paces.count } ?? 0) + more.count)
        call += head.keys
        call += keys
        if let rules = head.rules {
            call += rules.first
            call += paces
            paces.removeAll()
        }
        for key in more { call.append(key) }
        call += head.words
        call += words
        if let rules = head.rules { call.append(rules.end(updates: count)) }
        if let own { call += own }
        if let segmented = head.segments {
            call += segments
            segmented.appendEnd(to: &call, updates: count, function: function)
            segments.removeAll()
        }
        keys.removeAll()
        words.removeAll()
        count = 0
    }

    func left(at time: NIODeadline) {
        underWay += 1
        underWaySince = time
    }

    func wasAnswered() {
        underWay -= 1
        if underWay == 0 { underWaySince = nil }
    }

    /// An empty one is for others now.
    func begin(_ head: WriteHead) {
        self.head = head
    }
}

extension UpdateGroup.Waiting {
    var count: Int { (first == nil ? 0 : 1) + others.count }

    /// Each is told its own part of the reply (``GroupReply``).
    func resume(_ reply: ReplyContinuation.Reply) {
        guard case .success(let value) = reply else { return resumeAll(reply) }
        switch GroupReply(value, count: count) {
        case .each(let outcomes):
            for (index, outcome) in outcomes.enumerated() {
                (index == 0 ? first : others[index - 1])?.resume(outcome.asReply)
            }
        case .all(let answer): resumeAll(.success(.array([answer])))
        // What is no outcome tells each that nobody knows theirs.
        case nil: resumeAll(.success(.null))
        }
    }

    private func resumeAll(_ reply: ReplyContinuation.Reply) {
        first?.resume(reply)
        for other in others { other.resume(reply) }
    }
}

extension RESPValue {
    /// What stands for one update in the reply to a group: an error there is that for which it was not written.
    fileprivate var asReply: ReplyContinuation.Reply {
        if case .error(let refusal) = self { .failure(.refused(refusal)) } else { .success(self) }
    }
}
