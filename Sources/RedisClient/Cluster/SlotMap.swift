/// Who owns which slot, of a node's answer to CLUSTER SLOTS: `[first, last, [host, port, …] primary, replicas…]…`.
struct SlotMap: Equatable {
    typealias Address = RedisEndpoint.Address

    struct Range: Equatable {
        /// Within 0..<``ClusterSlot/count``.
        let slots: ClosedRange<Int>
        let primary: Address
        /// Those that are not marked as failed.
        let replicas: [Address]
    }

    private(set) var ranges: [Range] = []
    /// Every node in it, each once.
    private(set) var nodes: [Address] = []
    /// Those that serve slots, each once.
    private(set) var primaries: [Address] = []

    init(_ reply: RESPValue, saidBy source: Address) {
        var (known, leading) = (Set<Address>(), Set<Address>())
        for entry in (reply.array ?? []).prefix(ClusterSlot.count) {
            guard let fields = entry.array, fields.count >= 3, let first = fields[0].integer,
                let last = fields[1].integer, first <= last, first >= 0, last < ClusterSlot.count
            else { continue }
            let servers = fields[2...].map { Address(hostAndPort: $0.array ?? [], saidBy: source) }
            for case let server? in servers where known.insert(server).inserted { nodes.append(server) }
            guard case let primary?? = servers.first else { continue }
            ranges.append(
                Range(slots: first...last, primary: primary, replicas: servers.dropFirst().compactMap(\.self))
            )
            if leading.insert(primary).inserted { primaries.append(primary) }
        }
    }

    func owner(of slot: Int) -> Address? {
        ranges.first { $0.slots.contains(slot) }?.primary
    }

    /// Nil where that is no primary with slots.
    func replicaCount(of primary: Address) -> Int? {
        ranges.first { $0.primary == primary }?.replicas.count
    }
}
