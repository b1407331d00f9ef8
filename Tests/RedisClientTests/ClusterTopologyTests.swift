import NIOCore
import Testing

@testable import RedisClient

@Suite("The shards of a cluster")
struct ClusterTopologyTests {
    private typealias Address = RedisEndpoint.Address
    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private static func at(_ port: Int) -> Address { .tcp(host: "h", port: port) }

    /// - Parameter ranges: slots, and the ports of the primary and its replicas.
    private static func map(_ ranges: (ClosedRange<Int>, [Int])...) -> SlotMap {
        SlotMap(
            .array(
                ranges.map { slots, ports in
                    .array(
                        [.integer(slots.lowerBound), .integer(slots.upperBound)]
                            + ports.map { .array([.string(Array("h".utf8)), .integer($0)]) }
                    )
                }
            ),
            saidBy: at(1)
        )
    }

    private static let whole = map((0...5460, [1, 4]), (5461...10922, [2, 5]), (10923...16383, [3, 6]))

    /// Of a client whose home is the second shard.
    private static func topology() -> ClusterTopology {
        var topology = ClusterTopology(homeSlot: 6000)
        topology.learn(whole, now: now)
        return topology
    }

    private static func ports(_ topology: ClusterTopology) -> [Int: Int] {
        var ports: [Int: Int] = [:]
        for slot in [0, 6000, 16383] {
            guard let id = topology.shard(of: slot), case .tcp(_, let port)? = topology.shards[id]?.primary else {
                continue
            }
            ports[slot] = port
        }
        return ports
    }

    @Test("before a node has answered, each slot is asked for at home; then at its owner's")
    func begins() {
        let empty = ClusterTopology(homeSlot: 6000)
        #expect(empty.shard(of: 16383) == .first)
        let topology = Self.topology()
        #expect(Self.ports(topology) == [0: 1, 6000: 2, 16383: 3])
        // The connections that were made first are home's.
        #expect(topology.shard(of: 6000) == .first)
        #expect(topology.home == .first)
        #expect(topology.shards.count == 3)
    }

    @Test("the same answer again, and one that names no slot, change nothing")
    func unchanged() {
        var topology = Self.topology()
        let version = topology.version
        topology.learn(Self.whole, now: Self.now)
        topology.learn(Self.map(), now: Self.now)
        #expect(topology.version == version)
    }

    @Test("a replica that takes over keeps the shard, whether or not the old primary is its replica then")
    func failover() {
        for after in [[5, 2], [5]] {
            var topology = Self.topology()
            let before = [0, 6000, 16383].map { topology.shard(of: $0) }
            topology.learn(
                Self.map((0...5460, [1, 4]), (5461...10922, after), (10923...16383, [3, 6])),
                now: Self.now
            )
            #expect([0, 6000, 16383].map { topology.shard(of: $0) } == before)
            #expect(Self.ports(topology) == [0: 1, 6000: 5, 16383: 3])
        }
    }

    @Test("two that fail over at once are not mixed up, even if a replica came from the other one")
    func twoFailovers() {
        var topology = Self.topology()
        let before = [0, 6000].map { topology.shard(of: $0) }
        topology.learn(Self.map((0...5460, [4]), (5461...10922, [7, 2]), (10923...16383, [3])), now: Self.now)
        #expect([0, 6000].map { topology.shard(of: $0) } == before)
        #expect(Self.ports(topology) == [0: 4, 6000: 7, 16383: 3])
    }

    @Test("a primary that fails over while it gives half of its slots to a new node: its replica is the heir")
    func failoverAndMove() {
        var topology = Self.topology()
        topology.learn(
            Self.map((0...5460, [1]), (5461...9000, [9]), (9001...10922, [5]), (10923...16383, [3])),
            now: Self.now
        )
        #expect(topology.shard(of: 9001) == .first)
        #expect(topology.shard(of: 6000) != .first)
        // The home slot went with the new node.
        #expect(topology.home == topology.shard(of: 6000))
    }

    @Test("one that has given its last slot away is gone; a new one is new")
    func comesAndGoes() {
        var topology = Self.topology()
        let (old, other) = (topology.shard(of: 16383), topology.shard(of: 0))
        topology.learn(Self.map((0...5460, [1, 4]), (5461...16383, [2, 5])), now: Self.now)
        #expect(topology.shard(of: 16383) == .first)
        #expect(topology.shards.count == 2)
        topology.learn(Self.whole, now: Self.now)
        #expect(topology.shard(of: 16383) != old)
        #expect(topology.shard(of: 0) == other)
    }

    @Test("a slot that nobody owns is nobody's; the home shard stays, whoever owns its slot")
    func uncovered() {
        var topology = Self.topology()
        topology.learn(Self.map((0...5460, [1, 4])), now: Self.now)
        #expect(topology.shard(of: 6000) == nil)
        #expect(topology.shards[topology.home] != nil)
        topology.learn(Self.whole, now: Self.now)
        #expect(Self.ports(topology) == [0: 1, 6000: 2, 16383: 3])
    }

    @Test("MOVED is believed of its slot at once, if it names a primary; home goes with its slot")
    func moved() {
        var topology = Self.topology()
        let third = topology.shard(of: 16383)
        #expect(topology.moved(6000, to: Self.at(3), saidIn: .first) == .toOther)
        #expect(topology.shard(of: 6000) == third)
        #expect(topology.home == third)
        #expect(topology.shard(of: 6001) == .first)
        let version = topology.version
        #expect(topology.moved(6000, to: Self.at(3), saidIn: .first) == .toOther)
        #expect(topology.version == version)
        #expect(topology.moved(6001, to: Self.at(2), saidIn: .first) == .withinShard)
        for port in [5, 99] { #expect(topology.moved(6001, to: Self.at(port), saidIn: .first) == .toUnknown) }
        #expect(topology.version == version)
        var empty = ClusterTopology(homeSlot: 0)
        #expect(empty.moved(1, to: Self.at(1), saidIn: .first) == .toUnknown)
    }

    @Test("a node that a slot is on its way to is kept for a while, and for good once it owns one; no more than some")
    func guests() throws {
        var topology = Self.topology()
        #expect(topology.asked(at: Self.at(3), now: Self.now) == topology.shard(of: 16383))
        let first = topology.asked(at: Self.at(9), now: Self.now)
        let guest = try #require(first)
        #expect(topology.asked(at: Self.at(9), now: Self.now) == guest)
        topology.learn(Self.whole, now: Self.now)
        #expect(topology.shards[guest] != nil)
        for port in 10..<40 { _ = topology.asked(at: Self.at(port), now: Self.now) }
        #expect(topology.shards.count == 3 + 16)
        #expect(topology.asked(at: Self.at(40), now: Self.now) == nil)
        let later = Self.now + ClusterTopology.guestLifetime
        topology.learn(
            Self.map((0...5460, [1, 4]), (5461...10922, [2, 5]), (10923...16382, [3, 6]), (16383...16383, [9])),
            now: later
        )
        #expect(topology.shard(of: 16383) == guest)
        #expect(topology.shards.count == 4)
    }

    @Test(
        "slots that are none are passed over",
        arguments: [(-1, 5), (5, 4), (0, 16384), (16384, 16384), (0, Int.max), (Int.min, 0)]
    )
    func bounds(first: Int, last: Int) {
        let node = RESPValue.array([.string(Array("h".utf8)), .integer(1)])
        let map = SlotMap(.array([.array([.integer(first), .integer(last), node])]), saidBy: Self.at(1))
        #expect(map.ranges.isEmpty && map.primaries.isEmpty)
    }
}

@Suite("The way of a command that a node sends on")
struct RedirectedWayTests {
    @Test("is followed at once the first time, and then after ever longer pauses")
    func steps() {
        var way = RedirectedWay()
        let (moved, ask, again) = (
            RedisRefusal("MOVED 1 a:1"), RedisRefusal("ASK 1 b:2"), RedisRefusal("TRYAGAIN Multiple keys")
        )
        #expect(way.next(after: ask) == .init(target: ask.redirection))
        #expect(way.next(after: again) == .init(pause: .milliseconds(5)))
        #expect(way.next(after: moved) == .init())
        #expect(way.next(after: moved) == .init(pause: .milliseconds(10)))
        #expect(way.next(after: ask) == .init(pause: .milliseconds(20), target: ask.redirection))
        for pause in [40, 80, 100, 100] { #expect(way.next(after: again).pause == .milliseconds(pause)) }
        #expect(way.next(after: RedisRefusal("MOVED nowhere")) == .init(pause: .milliseconds(100)))
    }
}
