import Text

/// What a sentinel tells of the primary that it watches under a name, and of the primary's replicas.
struct SentinelAnswer: Equatable, Sendable {
    struct Replica: Equatable, Sendable {
        let address: RedisEndpoint.Address
        /// For how long the sentinel has not reached it; nil if it does.
        var downFor: Duration?
        /// It says that it is a primary itself.
        var reportsPrimary = false
    }

    let primary: RedisEndpoint.Address
    /// Goes up with each failover.
    let epoch: Int
    /// This sentinel is promoting a replica.
    let isFailingOver: Bool
    /// Those that may be promoted.
    var replicas: [Replica] = []

    /// The epoch is asked for first: an address of the same time or later belongs to it. While a failover is under way, only
    /// the second command names the server that has been promoted.
    static func commands(_ name: String) -> [RedisCommand] {
        [
            RedisCommand("SENTINEL", "MASTER", name), RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name),
        ]
    }

    static func replicasCommand(_ name: String) -> RedisCommand { RedisCommand("SENTINEL", "REPLICAS", name) }

    /// - Parameter replies: to ``commands(_:)``, and after them to ``replicasCommand(_:)`` where it was asked.
    init?(_ replies: [RESPValue], saidBy source: RedisEndpoint.Address) {
        guard replies.count >= 2,
            let address = RedisEndpoint.Address(hostAndPort: replies[1].array ?? [], saidBy: source)
        else { return nil }
        let fields = Self.fields(replies[0])
        primary = address
        epoch = max(0, fields["config-epoch"].flatMap { Int($0) } ?? 0)
        isFailingOver = Self.flags(fields).contains("failover_in_progress")
        guard replies.count >= 3 else { return }
        replicas = (replies[2].array ?? []).compactMap { Self.replica($0, source) }.filter { $0.address != address }
    }

    private static func replica(_ value: RESPValue, _ source: RedisEndpoint.Address) -> Replica? {
        let fields = fields(value)
        guard fields["slave-priority"] != "0",
            let address = RedisEndpoint.Address(
                hostAndPort: [fields["ip"], fields["port"]].map { .string(Array(($0 ?? "").utf8)) },
                saidBy: source
            )
        else { return nil }
        var replica = Replica(address: address, reportsPrimary: fields["role-reported"] == "master")
        if !flags(fields).isDisjoint(with: ["s_down", "disconnected"]) {
            let milliseconds = fields["s-down-time"].flatMap { Int($0) } ?? 0
            replica.downFor = .milliseconds(max(0, milliseconds))
        }
        return replica
    }

    /// Of `[name, value, name, value, …]`.
    private static func fields(_ value: RESPValue) -> [String: String] {
        var words = (value.array ?? [])[...]
        var fields: [String: String] = [:]
        while let name = words.popFirst(), let value = words.popFirst() {
            fields[name.text ?? ""] = value.text ?? ""
        }
        return fields
    }

    private static func flags(_ fields: [String: String]) -> Set<Substring> {
        Set((fields["flags"] ?? "").parts(at: ","))
    }
}
