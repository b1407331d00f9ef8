import Synchronization

/// Counts who is let in, in all and by address. Any thread.
package final class AdmissionDesk: Sendable {
    private let maximum: Int
    private let maximumPerAddress: Int
    private let taken = Mutex((total: 0, byAddress: [String: Int]()))

    package init(maximum: Int, maximumPerAddress: Int) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
    }

    /// A place for a connection from this address; nil when the instance or the address has no more. To be asked for
    /// before the upgrade, and handed on to `subscribe`.
    package func admit(address: String) -> Admission? {
        let isFree = taken.withLock { taken in
            let ofAddress = taken.byAddress[address] ?? 0
            guard taken.total < maximum, ofAddress < maximumPerAddress else { return false }
            taken.total += 1
            taken.byAddress[address] = ofAddress + 1
            return true
        }
        return isFree ? Admission(desk: self, address: address) : nil
    }

    /// Places taken now.
    package var count: Int { taken.withLock { $0.total } }

    fileprivate func release(_ address: String) {
        taken.withLock { taken in
            taken.total -= 1
            if let ofAddress = taken.byAddress[address], ofAddress > 1 {
                taken.byAddress[address] = ofAddress - 1
            } else {
                taken.byAddress[address] = nil
            }
        }
    }
}

/// One place at the desk. It is free again when the last reference to this is gone, whichever way a connection ends:
/// refused, broken during the upgrade, or closed after hours.
package final class Admission: Sendable {
    private let desk: AdmissionDesk
    private let address: String

    fileprivate init(desk: AdmissionDesk, address: String) {
        self.desk = desk
        self.address = address
    }

    deinit { desk.release(address) }
}
