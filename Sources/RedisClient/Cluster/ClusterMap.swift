import NIOCore
import Synchronization

/// The ``ClusterTopology`` of an instance, shared by its loops. Its lock is its owner.
///
/// Whoever looks for a slot keeps a copy, and takes a new one when ``version`` is another.
final class ClusterMap: Sendable {
    typealias Address = RedisEndpoint.Address

    private struct State {
        var topology: ClusterTopology
        var listeners: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>
    private let current: Atomic<Int>
    let homeSlot: Int

    init(homeSlot: Int) {
        self.homeSlot = homeSlot
        let topology = ClusterTopology(homeSlot: homeSlot)
        current = Atomic(topology.version)
        state = Mutex(State(topology: topology))
    }

    var version: Int { current.load(ordering: .acquiring) }

    var topology: ClusterTopology { state.withLock(\.topology) }

    /// - Parameter tell: called after each change, with the lock held: it does no more than hop to a loop of its own.
    func onChange(_ tell: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners.append(tell) }
    }

    func learn(_ map: SlotMap) {
        change { $0.learn(map, now: .now()) }
    }

    func moved(_ slot: Int, to address: Address, saidIn shard: ShardID) -> ClusterTopology.Move {
        change { $0.moved(slot, to: address, saidIn: shard) }
    }

    func asked(at address: Address) -> ShardID? {
        change { $0.asked(at: address, now: .now()) }
    }

    private func change<Value>(_ body: (inout ClusterTopology) -> Value) -> Value {
        state.withLock { state in
            let before = state.topology.version
            let value = body(&state.topology)
            if state.topology.version != before {
                current.store(state.topology.version, ordering: .releasing)
                for tell in state.listeners { tell() }
            }
            return value
        }
    }
}
