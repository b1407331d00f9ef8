import Synchronization

/// How many clients may be served at one time.
package struct PlaceLimits: Sendable {
    /// Of all clients together, and of one ``ClientNetwork``.
    package var total, perNetwork: Int

    package init(total: Int, perNetwork: Int) {
        self.total = total
        self.perNetwork = perNetwork
    }
}

/// Which of the ``PlaceLimits`` is reached.
package enum NoPlace: Error {
    case inTotal, forNetwork
}

/// Counts the places that are taken, in all and by client network, and says whether there is one more. Any thread.
package final class Places: Sendable {
    private let limits: PlaceLimits
    private let total = Atomic(0)
    private let byNetwork = Mutex<[ClientNetwork: Int]>([:])

    package init(_ limits: PlaceLimits) {
        self.limits = limits
    }

    /// Places taken now.
    package var count: Int { total.load(ordering: .relaxed) }

    /// A place of both counts, for as long as the result is referred to.
    package func take(for network: ClientNetwork) throws(NoPlace) -> Place {
        try enter()
        do throws(NoPlace) {
            try enter(network)
        } catch {
            leave()
            throw error
        }
        return Place(self, network)
    }

    /// One more in all, of a client that is not known yet. ``leave()`` is due for it.
    func enter() throws(NoPlace) {
        guard total.wrappingAdd(1, ordering: .relaxed).newValue <= limits.total else {
            leave()
            throw .inTotal
        }
    }

    func leave() {
        total.wrappingSubtract(1, ordering: .relaxed)
    }

    /// One more of this network, which is not counted in all. ``leave(_:)`` is due for it.
    func enter(_ network: ClientNetwork) throws(NoPlace) {
        let isFree = byNetwork.withLock { counts in
            guard counts[network, default: 0] < limits.perNetwork else { return false }
            counts[network, default: 0] += 1
            return true
        }
        guard isFree else { throw .forNetwork }
    }

    func leave(_ network: ClientNetwork) {
        byNetwork.withLock { counts in
            counts[network] = counts[network].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }
}

/// One place. It is free again when the last reference to this is gone, whichever way a connection ends: refused, broken during
/// its upgrade, or closed after hours.
package final class Place: Sendable {
    private let places: Places
    private let network: ClientNetwork

    fileprivate init(_ places: Places, _ network: ClientNetwork) {
        self.places = places
        self.network = network
    }

    deinit {
        places.leave(network)
        places.leave()
    }
}
