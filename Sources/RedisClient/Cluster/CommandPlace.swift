/// Where a command goes in a cluster, as its keys say.
package enum CommandPlace: Sendable, Equatable {
    case slot(Int)
    /// None of its words is known to be a key: by itself it belongs to no node.
    case noKey
    /// No node has all of its keys, or would take them together.
    case severalSlots
}

extension RedisCommand {
    package var place: CommandPlace {
        if let slot { .slot(Int(slot)) } else { placeOfKeys }
    }

    /// The same, with its slot worked out once: for a head that many commands begin with.
    ///
    /// The keys that are added to it have to be of that slot, too; Redis refuses those that are not.
    package var placed: RedisCommand {
        guard case .slot(let slot) = place else { return self }
        var command = self
        command.slot = UInt16(exactly: slot)
        return command
    }

    /// The same, to go where the other one goes: for one without a key, that is about the server which has the other's keys.
    package func placed(with other: RedisCommand) -> RedisCommand {
        guard case .slot(let slot) = other.place else { return self }
        var command = self
        command.slot = UInt16(exactly: slot)
        return command
    }

    private var placeOfKeys: CommandPlace {
        var words = Words(rest: words[...])
        guard let name = words.next(), let rule = KeyRule.of(name) else { return .noKey }
        var slots = rule.keys(of: &words).lazy.map { ClusterSlot.of($0) }.makeIterator()
        guard let slot = slots.next() else { return .noKey }
        while let other = slots.next() {
            if other != slot { return .severalSlots }
        }
        return .slot(slot)
    }
}

/// The words of a command, one after the other. They are as ``RedisCommand`` writes them.
struct Words: Sequence, IteratorProtocol {
    var rest: ArraySlice<UInt8>

    mutating func next() -> ArraySlice<UInt8>? {
        var length = 0
        guard rest.popFirst() != nil else { return nil }
        while let digit = rest.popFirst(), digit != UInt8(ascii: "\r") {
            length = length * 10 + Int(digit & 0xF)
        }
        let word = rest.dropFirst().prefix(length)
        rest = rest.dropFirst(1 + length + 2)
        return word
    }
}
