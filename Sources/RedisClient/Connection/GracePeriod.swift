import NIOCore

/// The commands that came in the short time after a loss (``RedisOptions/reconnectGrace``), for the next connection.
/// Owned by the link.
struct GracePeriod {
    typealias Entry = (command: RedisCommand, waiter: RedisConnection.Waiter)

    private(set) var end = NIODeadline.uptimeNanoseconds(0)
    private var waiting: [Entry] = []
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    mutating func begin(_ length: Duration) {
        end = .now() + TimeAmount(length)
    }

    /// Once it is over, or full, the command is refused at once.
    mutating func wait(_ command: RedisCommand, _ waiter: RedisConnection.Waiter) {
        guard .now() < end else { return waiter.resume(.failure(.notSent(.disconnected))) }
        guard waiting.count < limit else { return waiter.resume(.failure(.notSent(.queueFull))) }
        waiting.append((command, waiter))
    }

    /// All that wait, to be sent in this order.
    mutating func take() -> [Entry] {
        defer { waiting = [] }
        return waiting
    }

    /// Refuses all that wait, unless a second loss within the time of the first has a time of its own.
    mutating func refuseIfOver() {
        guard .now() >= end else { return }
        refuse()
    }

    mutating func refuse() {
        end = .uptimeNanoseconds(0)
        for (_, waiter) in take() { waiter.resume(.failure(.notSent(.disconnected))) }
    }
}
