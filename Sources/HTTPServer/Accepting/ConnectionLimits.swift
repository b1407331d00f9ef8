import Synchronization

/// Counts the open connections, in all and by client network, and says whether one more is taken. Any loop.
///
/// Addresses whose connections are other people's (trusted proxies) count only in all.
final class ConnectionLimits: Sendable {
    private let maximum: Int
    private let maximumPerAddress: Int
    private let isExempt: @Sendable (String) -> Bool
    private let open = Atomic(0)
    private let byNetwork = Mutex<[UInt64: Int]>([:])

    init(maximum: Int, maximumPerAddress: Int, isExempt: @escaping @Sendable (String) -> Bool) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
        self.isExempt = isExempt
    }

    var count: Int { open.load(ordering: .relaxed) }

    /// Whether one more connection is taken; if so, ``leave()`` is due at its end.
    func enter() -> Bool {
        guard open.wrappingAdd(1, ordering: .relaxed).newValue <= maximum else {
            leave()
            return false
        }
        return true
    }

    func leave() {
        open.wrappingSubtract(1, ordering: .relaxed)
    }

    /// The same for the connections of one address; ``leave(_:)`` is due for what was counted.
    func enter(_ address: RemoteAddress) -> Bool {
        guard !isExempt(address.text) else { return true }
        return byNetwork.withLock { counts in
            guard counts[address.network, default: 0] < maximumPerAddress else { return false }
            counts[address.network, default: 0] += 1
            return true
        }
    }

    func leave(_ address: RemoteAddress) {
        guard !isExempt(address.text) else { return }
        byNetwork.withLock { counts in
            counts[address.network] = counts[address.network].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }
}
