/// The one server that the connections of an instance use, and who of them is with it. No I/O.
///
/// A connection that is signed in asks to ``join(_:at:)``, and says ``left(_:)`` once it is closed for good. All that have joined
/// are with one server. Whoever comes for another one waits until the last of them has left: so no answer of the old primary
/// can follow one of the new, and nothing is written to the new one while anything is to the old.
struct PrimaryView {
    /// How a connection leaves.
    enum Departure: Equatable {
        /// After the replies that are under way: the server itself said that it is the wrong one, or soon will be.
        case drained
        /// At once: others say that it is the wrong one, and what it answers is worth nothing any more.
        case cut
    }

    enum Action: Equatable {
        /// Every connection of this generation leaves.
        case leave(Departure, generation: Int)
        /// The one that waits may be used from now on.
        case admit(_ id: Int, generation: Int)
        /// The one that waits is with a server that is not the primary.
        case turnAway(_ id: Int)
    }

    /// Goes up whenever the first connection joins: those of one number are with one server.
    private(set) var generation = 0
    /// Where the connections of this generation are, or were.
    private(set) var address: RedisEndpoint.Address?
    /// Where they were before that, if it was another place.
    private(set) var former: RedisEndpoint.Address?
    /// How often that was another place than before.
    private(set) var moves = 0
    private(set) var members = 0
    /// A failover is under way: nobody joins.
    private(set) var isHeld = false
    /// The members were told to go.
    private var departure: Departure?
    private var waiting: [(id: Int, address: RedisEndpoint.Address)] = []

    /// - Returns: ``Action/admit(_:generation:)`` of this very connection where it need not wait.
    mutating func join(_ id: Int, at address: RedisEndpoint.Address) -> [Action] {
        waiting.append((id, address))
        if members == 0 { return settle() }
        guard departure == nil, !isHeld else { return [] }
        guard address == self.address else { return leave(.cut, generation: generation) }
        _ = waiting.popLast()
        members += 1
        return [.admit(id, generation: generation)]
    }

    /// The connection that waits is gone.
    mutating func withdraw(_ id: Int) {
        waiting.removeAll { $0.id == id }
    }

    /// A connection that had joined is closed: no reply comes from it any more.
    mutating func left(_ generation: Int) -> [Action] {
        guard generation == self.generation, members > 0 else { return [] }
        members -= 1
        return members == 0 ? settle() : []
    }

    /// The server of this generation is, or may be, the primary no more.
    mutating func leave(_ departure: Departure, generation: Int) -> [Action] {
        guard generation == self.generation, members > 0, self.departure != departure, self.departure != .cut else {
            return []
        }
        self.departure = departure
        return [.leave(departure, generation: generation)]
    }

    /// A server is about to be promoted: nothing is to be written until it is known which.
    mutating func hold() -> [Action] {
        isHeld = true
        return leave(.drained, generation: generation)
    }

    /// There is no failover any more.
    mutating func release() -> [Action] {
        isHeld = false
        return members == 0 ? settle() : []
    }

    /// This is the primary from now on; it ends a hold.
    mutating func primaryIs(_ address: RedisEndpoint.Address) -> [Action] {
        isHeld = false
        let wrong = waiting.filter { $0.address != address }
        waiting.removeAll { $0.address != address }
        let turnedAway = wrong.map { Action.turnAway($0.id) }
        if members == 0 { return turnedAway + settle() }
        return turnedAway + (self.address == address ? [] : leave(.cut, generation: generation))
    }

    /// Nobody is left: who waits longest says where all go.
    private mutating func settle() -> [Action] {
        departure = nil
        guard !isHeld, let first = waiting.first else { return [] }
        generation += 1
        if let address, address != first.address {
            moves += 1
            former = address
        }
        address = first.address
        let all = waiting
        waiting = []
        members = all.count { $0.address == first.address }
        return all.map { id, address in
            address == first.address ? .admit(id, generation: generation) : .turnAway(id)
        }
    }
}
