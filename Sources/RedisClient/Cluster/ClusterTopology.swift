import NIOCore

/// A primary of a cluster with its replicas. It stays the same when one of them takes over.
struct ShardID: Hashable, Sendable {
    let number: UInt32

    /// The one that a client begins with: a server by itself, or the owner of the home slot.
    static let first = ShardID(number: 0)
}

/// The shards of a cluster, and which of them serves which slot. No I/O; time comes in as a value.
///
/// It is made of what nodes answer to CLUSTER SLOTS, which may be behind, and mended by what they say of single slots
/// (MOVED). So it tells where to try; what a connection is with, the server itself says (``PrimaryView``).
struct ClusterTopology: Sendable {
    typealias Address = RedisEndpoint.Address

    struct Shard: Sendable, Equatable {
        /// Nil until it is known.
        var primary: Address?
        /// Those that were listed with it, itself too.
        var nodes: Set<Address> = []
        /// It owns nothing, but a slot is on its way to it: kept until then.
        var guestUntil: NIODeadline?
    }

    /// What a MOVED means.
    enum Move: Equatable {
        /// The slot went to another shard, and is asked for there from now on.
        case toOther
        /// A server of the same shard has it: the one that said so is its primary no more.
        case withinShard
        /// To a server that no answer has named as a primary yet: a new one, or one that has been promoted.
        case toUnknown
    }

    /// Goes up with each change.
    private(set) var version = 0
    private(set) var shards: [ShardID: Shard] = [.first: Shard()]
    /// That of commands without a key.
    private(set) var home = ShardID.first
    private let homeSlot: Int
    /// Of each slot the shard's number; empty until a node has answered.
    private var owners: [UInt32] = []
    private var nextNumber: UInt32 = 1

    private static let nobody = UInt32.max
    /// A slot that is on its way to a new node is asked for there at least so often, as long as it is in use.
    static let guestLifetime = TimeAmount.seconds(10)
    private static let maximumGuests = 16

    init(homeSlot: Int) {
        self.homeSlot = homeSlot
    }

    /// Nobody may own it. Before a node has answered, the home shard is the one that can be asked.
    func shard(of slot: Int) -> ShardID? {
        guard owners.indices.contains(slot) else { return home }
        let number = owners[slot]
        return number == Self.nobody ? nil : ShardID(number: number)
    }

    // MARK: What is learnt

    /// One that names no slot is passed over: its node has not joined yet, or has forgotten.
    mutating func learn(_ map: SlotMap, now: NIODeadline) {
        guard !map.ranges.isEmpty else { return }
        let before = (owners, shards, home)
        let ids = shardsOfPrimaries(map)
        owners = [UInt32](repeating: Self.nobody, count: ClusterSlot.count)
        var kept = shards.filter { id, shard in shard.guestUntil.map { $0 > now } ?? false }
        for range in map.ranges {
            guard let id = ids[range.primary] else { continue }
            for slot in range.slots { owners[slot] = id.number }
            kept[id] = Shard(primary: range.primary, nodes: Set([range.primary] + range.replicas))
        }
        if let owner = shard(of: homeSlot) { home = owner }
        // Nobody has the home slot now: its shard stays, so that there is one to be asked.
        if kept[home] == nil { kept[home] = shards[home] ?? Shard() }
        shards = kept
        if before != (owners, shards, home) { version += 1 }
    }

    /// A node says that this slot's owner is at the address.
    mutating func moved(_ slot: Int, to address: Address, saidIn shard: ShardID) -> Move {
        guard let id = self.shard(at: address) else { return .toUnknown }
        guard id != shard else { return .withinShard }
        guard owners.indices.contains(slot), owners[slot] != id.number else { return .toOther }
        owners[slot] = id.number
        shards[id]?.guestUntil = nil
        if slot == homeSlot { home = id }
        version += 1
        return .toOther
    }

    /// A slot is on its way to the server at the address.
    /// - Returns: its shard, which may be a new one that owns nothing yet; nil where there are too many of those.
    mutating func asked(at address: Address, now: NIODeadline) -> ShardID? {
        let end = now + Self.guestLifetime
        if let id = shard(at: address) {
            if shards[id]?.guestUntil != nil { shards[id]?.guestUntil = end }
            return id
        }
        guard shards.values.count(where: { $0.guestUntil != nil }) < Self.maximumGuests else { return nil }
        let id = newID()
        shards[id] = Shard(primary: address, nodes: [address], guestUntil: end)
        version += 1
        return id
    }

    private func shard(at address: Address) -> ShardID? {
        shards.first { $0.value.primary == address }?.key
    }

    // MARK: Who is who

    /// A shard whose primary is listed keeps it. One whose primary is not has been taken over by whom it knew, or who knows it,
    /// or who has most of its slots. What is left is new.
    private mutating func shardsOfPrimaries(_ map: SlotMap) -> [Address: ShardID] {
        var ids: [Address: ShardID] = [:]
        for (id, shard) in shards {
            if let primary = shard.primary, map.primaries.contains(primary) { ids[primary] = id }
        }
        let orphans = Set(shards.keys).subtracting(ids.values)
        let strangers = map.primaries.filter { ids[$0] == nil }
        guard !strangers.isEmpty else { return ids }
        for (stranger, id) in heirs(strangers, of: orphans, map) { ids[stranger] = id }
        for stranger in strangers where ids[stranger] == nil { ids[stranger] = newID() }
        return ids
    }

    private func heirs(_ strangers: [Address], of orphans: Set<ShardID>, _ map: SlotMap) -> [Address: ShardID] {
        struct Claim {
            let stranger: Address
            let shard: ShardID
            let isRelated: Bool
            let slots: Int
        }
        var claims: [Claim] = []
        for stranger in strangers {
            let ranges = map.ranges.filter { $0.primary == stranger }
            let nodes = Set(ranges.flatMap(\.replicas))
            var slots: [UInt32: Int] = [:]
            for slot in ranges.flatMap(\.slots) where owners.indices.contains(slot) {
                slots[owners[slot], default: 0] += 1
            }
            for id in orphans {
                guard let shard = shards[id] else { continue }
                // Who begins knows nobody: its first shard is the one with the home slot.
                let isBeginning = owners.isEmpty && id == home && ranges.contains { $0.slots.contains(homeSlot) }
                let isRelated = shard.nodes.contains(stranger) || shard.primary.map(nodes.contains) ?? false
                let count = slots[id.number] ?? 0
                guard isBeginning || count > 0 else { continue }
                claims.append(Claim(stranger: stranger, shard: id, isRelated: isRelated, slots: count))
            }
        }
        claims.sort { ($0.isRelated ? 1 : 0, $0.slots) > ($1.isRelated ? 1 : 0, $1.slots) }
        var (heirs, taken): ([Address: ShardID], Set<ShardID>) = ([:], [])
        for claim in claims where heirs[claim.stranger] == nil && !taken.contains(claim.shard) {
            heirs[claim.stranger] = claim.shard
            taken.insert(claim.shard)
        }
        return heirs
    }

    private mutating func newID() -> ShardID {
        repeat { nextNumber &+= 1 } while nextNumber == Self.nobody || shards[ShardID(number: nextNumber)] != nil
        return ShardID(number: nextNumber)
    }
}
