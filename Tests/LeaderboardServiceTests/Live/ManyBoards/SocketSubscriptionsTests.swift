import Testing

@testable import LeaderboardService

@Suite("The subscriptions of a connection")
struct SocketSubscriptionsTests {
    private let a, b: SubscriptionName

    init() throws { (a, b) = (try #require(SubscriptionName("a")), try #require(SubscriptionName("b"))) }

    private func isOpen(_ ended: SocketSubscriptions<Int>.Ended, _ value: Int) -> Bool {
        if case .open(value) = ended { true } else { false }
    }

    @Test("are looked up, followed and ended, each name once at a time")
    func life() throws {
        var subscriptions = SocketSubscriptions<Int>()
        let number = try subscriptions.begin(a)
        #expect(throws: SocketSubscriptions<Int>.Refused.duplicate) { _ = try subscriptions.begin(a) }
        #expect(subscriptions.open.map(\.open) == [])
        let isWanted = subscriptions.lookedUp(a, number)
        #expect(isWanted)
        subscriptions.open(a, number, 7)
        #expect(subscriptions.open.map(\.open) == [7])
        #expect(throws: SocketSubscriptions<Int>.Refused.duplicate) { _ = try subscriptions.begin(a) }
        let ended = subscriptions.end(a, number)
        #expect(isOpen(ended, 7))
        guard case .unknown = subscriptions.end(a) else {
            Issue.record("it is gone")
            return
        }
        guard case .unknown = subscriptions.end(b) else {
            Issue.record("it never was")
            return
        }
        _ = try subscriptions.begin(a)
    }

    @Test("that are ended while they are looked up stay so, also where there is another one of their name by then")
    func abandoned() throws {
        var subscriptions = SocketSubscriptions<Int>()
        let first = try subscriptions.begin(a)
        guard case .lookedUp = subscriptions.end(a) else {
            Issue.record("it is looked up")
            return
        }
        let second = try subscriptions.begin(a)
        let isFirstWanted = subscriptions.lookedUp(a, first)
        #expect(!isFirstWanted)
        subscriptions.open(a, first, 1)
        #expect(subscriptions.open.map(\.open) == [])
        let isSecondWanted = subscriptions.lookedUp(a, second)
        #expect(isSecondWanted)
        subscriptions.open(a, second, 2)
        // What the service ends late was the one before.
        guard case .unknown = subscriptions.end(a, first) else {
            Issue.record("it was another one")
            return
        }
        #expect(subscriptions.open.map(\.open) == [2])
    }

    @Test("are fifty at most, and look-ups that nobody waits for count until they end")
    func bound() throws {
        var subscriptions = SocketSubscriptions<Int>()
        let names = (1...60).compactMap { SubscriptionName("n\($0)") }
        let numbers = try names.prefix(50).map { try subscriptions.begin($0) }
        #expect(throws: SocketSubscriptions<Int>.Refused.tooMany) { _ = try subscriptions.begin(names[50]) }
        #expect(throws: SocketSubscriptions<Int>.Refused.duplicate) { _ = try subscriptions.begin(names[0]) }
        // However fast they come and go, there are no more look-ups than that.
        _ = subscriptions.end(names[0])
        #expect(throws: SocketSubscriptions<Int>.Refused.tooMany) { _ = try subscriptions.begin(names[50]) }
        let isAbandonedWanted = subscriptions.lookedUp(names[0], numbers[0])
        #expect(!isAbandonedWanted)
        _ = try subscriptions.begin(names[50])
        #expect(throws: SocketSubscriptions<Int>.Refused.tooMany) { _ = try subscriptions.begin(names[51]) }
        let isOtherWanted = subscriptions.lookedUp(names[1], numbers[1])
        #expect(isOtherWanted)
        subscriptions.open(names[1], numbers[1], 1)
        #expect(throws: SocketSubscriptions<Int>.Refused.tooMany) { _ = try subscriptions.begin(names[51]) }
        _ = subscriptions.end(names[1])
        _ = try subscriptions.begin(names[51])
    }
}
