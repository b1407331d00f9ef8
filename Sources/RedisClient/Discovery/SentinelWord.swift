import NIOCore

/// Which primary the sentinels name: the word of the one with the highest configuration epoch counts ("Configuration epochs",
/// Redis Sentinel's documentation), as others may not have heard of a failover yet. No I/O.
struct SentinelWord {
    /// A word that nobody repeats is forgotten after it: who gave it may have been alone with it.
    static let lifetime = TimeAmount.seconds(10)
    private static let maximumAddresses = 16

    private var epoch = -1
    private var heard = NIODeadline.uptimeNanoseconds(0)
    private(set) var address: RedisEndpoint.Address?
    /// The highest epoch in which each was named. Sentinels may name one server in two ways.
    private var named: [RedisEndpoint.Address: Int] = [:]

    /// - Returns: whether it is as good as the best so far.
    mutating func note(_ address: RedisEndpoint.Address, epoch: Int, now: NIODeadline) -> Bool {
        if epoch < self.epoch {
            guard now - heard > Self.lifetime else { return false }
            named = [:]
        }
        if epoch != self.epoch { self.address = address }
        self.epoch = epoch
        heard = now
        if named.count >= Self.maximumAddresses { named = [:] }
        named[address] = epoch
        return true
    }

    /// Whether another server was promoted since this one was.
    func isOutdated(_ address: RedisEndpoint.Address) -> Bool {
        epoch >= 0 && named[address] != epoch
    }
}
