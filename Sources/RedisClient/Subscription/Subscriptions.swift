/// Which channels are followed, and how far each is: what to send next, and what to tell. No I/O.
///
/// Each channel is asked for on the connection of one shard, at most ``window`` of a connection at a time. A question has a number:
/// an answer to an earlier one, or over a connection that was lost since, is passed over.
struct Subscriptions {
    enum Action: Equatable {
        case subscribe(String, ask: Int, on: ShardID)
        case unsubscribe(String, on: ShardID)
        /// What is published from now on arrives, or is missed.
        case tell(String, isLive: Bool)
    }

    private enum Phase: Equatable {
        /// Is asked for as soon as its connection is ready and has room.
        case waiting
        case asked(Int)
        case live
        /// Its node did not take it, or put it off: until ``again(_:at:)``.
        case putOff
    }

    private struct Channel {
        var shard: ShardID
        var phase: Phase
    }

    /// What is asked over one connection.
    private struct Line {
        var isReady = false
        var asks: Set<Int> = []
        var waiting: Set<String> = []
    }

    /// Unanswered questions of one connection. With channels of 64 bytes they are 50 kB.
    static let window = 512

    private var channels: [String: Channel] = [:]
    private var lines: [ShardID: Line] = [:]
    private var lastAsk = 0

    var count: Int { channels.count }

    // MARK: What is wanted

    mutating func follow(_ name: String, at shard: ShardID) -> [Action] {
        guard channels[name] == nil else { return [] }
        return wait(name, at: shard)
    }

    mutating func letGo(_ name: String) -> [Action] {
        guard let channel = channels.removeValue(forKey: name) else { return [] }
        lines[channel.shard]?.waiting.remove(name)
        switch channel.phase {
        case .waiting, .putOff: return []
        case .asked, .live: return [.unsubscribe(name, on: channel.shard)]
        }
    }

    /// Its node is to be asked once more, or another one.
    mutating func again(_ name: String, at shard: ShardID) -> [Action] {
        guard channels[name]?.phase == .putOff else { return [] }
        return wait(name, at: shard)
    }

    /// Those that nobody has been asked for yet go where they belong now.
    mutating func reroute(_ shard: (String) -> ShardID) -> [Action] {
        var actions: [Action] = []
        for (name, channel) in channels where channel.phase == .waiting {
            let now = shard(name)
            guard now != channel.shard else { continue }
            lines[channel.shard]?.waiting.remove(name)
            actions += wait(name, at: now)
        }
        return actions
    }

    // MARK: What comes of it

    mutating func ready(_ shard: ShardID) -> [Action] {
        lines[shard, default: Line()].isReady = true
        return next(shard)
    }

    mutating func lost(_ shard: ShardID) -> [Action] {
        lines[shard] = Line()
        var actions: [Action] = []
        for (name, channel) in channels where channel.shard == shard && channel.phase != .putOff {
            channels[name]?.phase = .waiting
            lines[shard]?.waiting.insert(name)
            if channel.phase == .live { actions.append(.tell(name, isLive: false)) }
        }
        return actions
    }

    mutating func accepted(_ name: String, ask: Int, on shard: ShardID) -> [Action] {
        guard answered(ask, on: shard) else { return [] }
        var actions: [Action] = []
        if channels[name]?.phase == .asked(ask) {
            channels[name]?.phase = .live
            actions.append(.tell(name, isLive: true))
        }
        return actions + next(shard)
    }

    /// It is due for ``again(_:at:)``.
    /// - Parameter isFull: it was not sent, for too much waits already: nothing else is asked for now, either.
    mutating func refused(_ name: String, ask: Int, on shard: ShardID, isFull: Bool = false) -> [Action] {
        guard answered(ask, on: shard) else { return [] }
        if channels[name]?.phase == .asked(ask) { channels[name]?.phase = .putOff }
        return isFull ? [] : next(shard)
    }

    /// The node ended it by itself, for its slot is another one's now. It is due for ``again(_:at:)``.
    mutating func dropped(_ name: String, on shard: ShardID) -> [Action] {
        guard let channel = channels[name], channel.shard == shard, channel.phase == .live else { return [] }
        channels[name]?.phase = .putOff
        return [.tell(name, isLive: false)]
    }

    private mutating func answered(_ ask: Int, on shard: ShardID) -> Bool {
        lines[shard]?.asks.remove(ask) != nil
    }

    private mutating func wait(_ name: String, at shard: ShardID) -> [Action] {
        channels[name] = Channel(shard: shard, phase: .waiting)
        lines[shard, default: Line()].waiting.insert(name)
        return next(shard)
    }

    private mutating func next(_ shard: ShardID) -> [Action] {
        var actions: [Action] = []
        // Taken out, so that it is changed in place.
        guard var line = lines.removeValue(forKey: shard) else { return [] }
        while line.isReady, line.asks.count < Self.window, let name = line.waiting.popFirst() {
            lastAsk += 1
            channels[name]?.phase = .asked(lastAsk)
            line.asks.insert(lastAsk)
            actions.append(.subscribe(name, ask: lastAsk, on: shard))
        }
        lines[shard] = line
        return actions
    }
}
