/// Who owns which slot, of a node's answer to CLUSTER SLOTS: `[first, last, [host, port, …] primary, replicas…]…`.
struct SlotMap {
    private var ranges: [(slots: ClosedRange<Int>, primary: RedisEndpoint.Address, replicas: Int)] = []
    /// Every node in it, each once.
    private(set) var nodes: [RedisEndpoint.Address] = []

    init(_ reply: RESPValue, saidBy source: RedisEndpoint.Address) {
        for entry in reply.array ?? [] {
            guard let fields = entry.array, fields.count >= 3, let first = fields[0].integer,
                let last = fields[1].integer, first <= last
            else { continue }
            let servers = fields[2...].map { RedisEndpoint.Address(hostAndPort: $0.array ?? [], saidBy: source) }
            if let primary = servers[0] { ranges.append((first...last, primary, servers.dropFirst().count)) }
            for case let server? in servers where !nodes.contains(server) { nodes.append(server) }
        }
    }

    /// Those that serve slots, each once.
    var primaries: [RedisEndpoint.Address] {
        nodes.filter { node in ranges.contains { $0.primary == node } }
    }

    /// Those that its owner has, and that are not marked as failed.
    func replicaCount(of slot: Int) -> Int {
        ranges.first { $0.slots.contains(slot) }?.replicas ?? 0
    }

    func owner(of slot: Int) -> RedisEndpoint.Address? {
        ranges.first { $0.slots.contains(slot) }?.primary
    }
}
