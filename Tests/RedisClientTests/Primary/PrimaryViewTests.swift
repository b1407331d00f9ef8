import TestSupport
import Testing

@testable import RedisClient

@Suite("The view of the primary")
struct PrimaryViewTests {
    private static let (a, b) = (RedisEndpoint.Address.unix(path: "a"), RedisEndpoint.Address.unix(path: "b"))

    /// Connections 1 to `count`, at the first server.
    private func view(_ count: Int) -> PrimaryView {
        var view = PrimaryView()
        for id in 1...count { #expect(view.join(id, at: Self.a) == [.admit(id, generation: 1)]) }
        return view
    }

    @Test("all who come to one server join at once")
    func one() {
        let view = view(3)
        #expect(view.members == 3)
        #expect(view.address == Self.a)
        #expect(view.moves == 0)
    }

    @Test("who comes to another server sends all away, and joins when the last of them has left")
    func another() {
        var view = view(2)
        #expect(view.join(3, at: Self.b) == [.leave(.cut, generation: 1)])
        #expect(view.join(4, at: Self.a) == [])
        #expect(view.left(1) == [])
        #expect(view.left(1) == [.admit(3, generation: 2), .turnAway(4)])
        #expect(view.address == Self.b)
        #expect(view.moves == 1)
        // One of the generation before has no say.
        #expect(view.left(1) == [])
        #expect(view.leave(.cut, generation: 1) == [])
        #expect(view.members == 1)
    }

    @Test("a server that says it is the wrong one is left by all, and nobody joins before they have")
    func wrongServer() {
        var view = view(2)
        #expect(view.leave(.drained, generation: 1) == [.leave(.drained, generation: 1)])
        #expect(view.leave(.drained, generation: 1) == [])
        #expect(view.join(3, at: Self.a) == [])
        #expect(view.left(1) == [])
        #expect(view.left(1) == [.admit(3, generation: 2)])
        #expect(view.moves == 0)
    }

    @Test("those that leave after their last reply are cut off once another primary is known")
    func cutWhileDraining() {
        var view = view(1)
        _ = view.leave(.drained, generation: 1)
        #expect(view.primaryIs(Self.b) == [.leave(.cut, generation: 1)])
        #expect(view.primaryIs(Self.b) == [])
        #expect(view.leave(.drained, generation: 1) == [])
    }

    @Test("while a replica is being promoted nobody joins; it goes on where the primary is then")
    func held() {
        var view = view(1)
        #expect(view.hold() == [.leave(.drained, generation: 1)])
        #expect(view.left(1) == [])
        #expect(view.join(2, at: Self.a) == [])
        #expect(view.join(3, at: Self.b) == [])
        #expect(view.primaryIs(Self.b) == [.turnAway(2), .admit(3, generation: 2)])
        #expect(!view.isHeld)
        #expect(view.address == Self.b)
    }

    @Test("a failover that is broken off lets all back")
    func released() {
        var view = view(1)
        _ = view.hold()
        _ = view.left(1)
        _ = view.join(2, at: Self.a)
        #expect(view.release() == [.admit(2, generation: 2)])
    }

    @Test("a hold that ends before the last has left lets nobody in earlier")
    func releasedEarly() {
        var view = view(2)
        _ = view.hold()
        _ = view.left(1)
        #expect(view.release() == [])
        #expect(view.join(3, at: Self.a) == [])
        #expect(view.left(1) == [.admit(3, generation: 2)])
    }

    @Test("who waits may go away")
    func withdrawn() {
        var view = view(1)
        _ = view.join(2, at: Self.b)
        view.withdraw(2)
        #expect(view.left(1) == [])
        #expect(view.join(3, at: Self.a) == [.admit(3, generation: 2)])
    }

    @Test("word of the primary that all are with changes nothing")
    func same() {
        var view = view(1)
        #expect(view.primaryIs(Self.a) == [])
        #expect(view.join(2, at: Self.a) == [.admit(2, generation: 1)])
    }

    @Test("whatever happens in whatever order, all members are with one server, and nobody is forgotten")
    func anyOrder() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 { play(&random) }
    }

    private func play(_ random: inout SeededGenerator) {
        var view = PrimaryView()
        var waiting: [Int: RedisEndpoint.Address] = [:]
        var members: [(generation: Int, address: RedisEndpoint.Address)] = []
        func perform(_ actions: [PrimaryView.Action]) {
            for action in actions {
                switch action {
                case .leave: break
                case .admit(let id, let generation):
                    if let address = waiting.removeValue(forKey: id) { members.append((generation, address)) }
                case .turnAway(let id): #expect(waiting.removeValue(forKey: id) != nil)
                }
            }
        }
        for id in 0..<40 {
            let address = Bool.random(using: &random) ? Self.a : Self.b
            switch Int.random(in: 0..<8, using: &random) {
            case 0...2:
                waiting[id] = address
                perform(view.join(id, at: address))
            case 3...4:
                if let member = members.popLast() { perform(view.left(member.generation)) }
            case 5: perform(view.hold())
            case 6: perform(view.release())
            default: perform(view.primaryIs(address))
            }
            #expect(Set(members.map(\.address)).count <= 1)
            #expect(members.allSatisfy { $0.generation == view.generation && $0.address == view.address })
            #expect(members.count == view.members)
        }
        perform(view.release())
        for member in members { perform(view.left(member.generation)) }
        // Only those may still wait who came while others were admitted from among the waiting.
        #expect(waiting.isEmpty || view.members > 0)
    }
}
