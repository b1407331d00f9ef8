/// Which subscriptions a connection has, by the names that its client gave them. Without I/O.
///
/// One that is asked for is looked up first. Its client may want it no more by then, and may even have another one of its name: so each has
/// a number.
struct SocketSubscriptions<Open> {
    /// Those that are looked up, also for nobody any more, count.
    static var maximum: Int { 50 }

    private struct Subscription {
        let number: Int
        /// Nil: it is looked up.
        var open: Open?
    }

    private var subscriptions: [SubscriptionName: Subscription] = [:]
    private var lookUps: Set<Int> = []
    private var lastNumber = 0

    enum Refused: Error, Equatable { case duplicate, tooMany }

    /// To be looked up, under the number that is returned.
    mutating func begin(_ sub: SubscriptionName) throws(Refused) -> Int {
        guard subscriptions[sub] == nil else { throw .duplicate }
        let abandoned = lookUps.count - subscriptions.values.count { $0.open == nil }
        guard subscriptions.count + abandoned < Self.maximum else { throw .tooMany }
        lastNumber += 1
        subscriptions[sub] = Subscription(number: lastNumber)
        lookUps.insert(lastNumber)
        return lastNumber
    }

    /// It was looked up. Whether it is still wanted.
    mutating func lookedUp(_ sub: SubscriptionName, _ number: Int) -> Bool {
        lookUps.remove(number)
        return subscriptions[sub]?.number == number
    }

    /// It is followed from now on.
    mutating func open(_ sub: SubscriptionName, _ number: Int, _ open: Open) {
        guard subscriptions[sub]?.number == number else { return }
        subscriptions[sub]?.open = open
    }

    /// Nil: it is looked up, or another has its name, or none.
    func followed(_ sub: SubscriptionName, _ number: Int) -> Open? {
        guard let subscription = subscriptions[sub], subscription.number == number else { return nil }
        return subscription.open
    }

    enum Ended { case unknown, lookedUp, open(Open) }

    /// It is no more.
    /// - Parameter number: nil: whichever has the name now.
    mutating func end(_ sub: SubscriptionName, _ number: Int? = nil) -> Ended {
        guard let subscription = subscriptions[sub], number.map({ $0 == subscription.number }) ?? true else {
            return .unknown
        }
        subscriptions[sub] = nil
        return subscription.open.map(Ended.open) ?? .lookedUp
    }

    var open: [(sub: SubscriptionName, number: Int, open: Open)] {
        subscriptions.compactMap { sub, subscription in subscription.open.map { (sub, subscription.number, $0) } }
    }
}
