import Testing

@testable import RedisClient

@Suite("The channels that are followed")
struct SubscriptionsTests {
    private static let other = ShardID(number: 7)

    /// With one channel `c` at the first shard, as far as the stage.
    enum Stage: CaseIterable { case none, waiting, asked, live, putOff, lost }

    private static func subscriptions(_ stage: Stage) -> Subscriptions {
        var subscriptions = Subscriptions()
        if stage == .none { return subscriptions }
        #expect(subscriptions.follow("c", at: .first) == [])
        if stage == .waiting { return subscriptions }
        #expect(subscriptions.ready(.first) == [.subscribe("c", ask: 1, on: .first)])
        switch stage {
        case .live: #expect(subscriptions.accepted("c", ask: 1, on: .first) == [.tell("c", isLive: true)])
        case .putOff: #expect(subscriptions.refused("c", ask: 1, on: .first) == [])
        case .lost: #expect(subscriptions.lost(.first) == [])
        default: break
        }
        return subscriptions
    }

    @Test("what is due in a stage has its effect; anything else has none", arguments: Stage.allCases)
    func inputs(stage: Stage) {
        func expect(
            _ due: [Stage],
            _ actions: [Subscriptions.Action],
            _ input: (inout Subscriptions) -> [Subscriptions.Action]
        ) {
            var subscriptions = Self.subscriptions(stage)
            #expect(input(&subscriptions) == (due.contains(stage) ? actions : []))
        }
        let ask = stage == .lost ? 2 : 1
        expect([.waiting, .lost], [.subscribe("c", ask: ask, on: .first)]) { $0.ready(.first) }
        expect([.asked], [.tell("c", isLive: true)]) { $0.accepted("c", ask: 1, on: .first) }
        expect([.live], [.tell("c", isLive: false)]) { $0.lost(.first) }
        expect([.live], [.tell("c", isLive: false)]) { $0.dropped("c", on: .first) }
        expect([.asked, .live], [.unsubscribe("c", on: .first)]) { $0.letGo("c") }
        expect([.putOff], [.subscribe("c", ask: 2, on: .first)]) { $0.again("c", at: .first) }
        // Of another connection, another channel, another question.
        expect([], []) { $0.accepted("c", ask: 1, on: Self.other) }
        expect([], []) { $0.accepted("c", ask: 9, on: .first) }
        expect([], []) { $0.refused("c", ask: 9, on: .first) }
        expect([], []) { $0.dropped("c", on: Self.other) + $0.lost(Self.other) + $0.ready(Self.other) }
        expect([], []) { $0.dropped("d", on: .first) + $0.letGo("d") + $0.again("d", at: .first) }
        // Followed twice is followed once.
        if stage != .none { expect([], []) { $0.follow("c", at: Self.other) } }
    }

    @Test("one that is let go and followed again is told by the answer to the last question only")
    func followedAgain() {
        var subscriptions = Self.subscriptions(.asked)
        #expect(subscriptions.letGo("c") == [.unsubscribe("c", on: .first)])
        #expect(subscriptions.follow("c", at: .first) == [.subscribe("c", ask: 2, on: .first)])
        #expect(subscriptions.accepted("c", ask: 1, on: .first) == [])
        #expect(subscriptions.accepted("c", ask: 2, on: .first) == [.tell("c", isLive: true)])
    }

    @Test("while nobody was asked, a channel goes to where it belongs now; later it stays until its node says so")
    func reroutes() {
        for stage in Stage.allCases {
            var subscriptions = Self.subscriptions(stage)
            _ = subscriptions.ready(Self.other)
            let moves = stage == .waiting || stage == .lost
            let ask = stage == .lost ? 2 : 1
            #expect(
                subscriptions.reroute { _ in Self.other }
                    == (moves ? [.subscribe("c", ask: ask, on: Self.other)] : [])
            )
            if moves { #expect(subscriptions.ready(.first) == []) }
        }
    }

    @Test("a connection has at most so many questions at a time, and the rest follow as they are answered")
    func window() {
        var subscriptions = Subscriptions()
        for number in 1...1000 { _ = subscriptions.follow("\(number)", at: .first) }
        var asked: [(String, Int)] = []
        func note(_ actions: [Subscriptions.Action]) {
            for case .subscribe(let name, let ask, _) in actions { asked.append((name, ask)) }
        }
        note(subscriptions.ready(.first))
        #expect(asked.count == Subscriptions.window)
        note(subscriptions.accepted(asked[0].0, ask: asked[0].1, on: .first))
        note(subscriptions.refused(asked[1].0, ask: asked[1].1, on: .first))
        #expect(asked.count == Subscriptions.window + 2)
        note(subscriptions.refused(asked[2].0, ask: asked[2].1, on: .first, isFull: true))
        #expect(asked.count == Subscriptions.window + 2)
        for index in 3..<998 { note(subscriptions.accepted(asked[index].0, ask: asked[index].1, on: .first)) }
        #expect(Set(asked.map(\.0)).count == 1000)
        // All are asked for again over the next connection, but those that wait by themselves.
        let lost = subscriptions.lost(.first)
        #expect(lost.count == 996)
        asked = []
        note(subscriptions.ready(.first))
        #expect(asked.count == Subscriptions.window)
        for number in 1...1000 { _ = subscriptions.letGo("\(number)") }
        #expect(subscriptions.count == 0)
    }
}
