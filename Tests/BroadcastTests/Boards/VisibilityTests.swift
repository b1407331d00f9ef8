import Board
import NIOCore
import TestSupport
import Testing

@testable import Broadcast

@Suite("Who watches a board")
struct VisibilityTests {
    private static let loops = [1, 3]
    private let options = BroadcastOptions()

    /// An instance on a board `a` with one row, and viewers of every view and transport, each on a loop of its own.
    private struct World {
        let instance: ModelInstance
        let board = ModelBoard()
        let viewers: [ModelViewer]
        let options: BroadcastOptions

        init(_ options: BroadcastOptions, loops: Int) {
            self.options = options
            instance = ModelInstance(ModelBoard(), options, loops: loops)
            viewers = [View.all, .top, .users(["ada", "nobody"])].flatMap { view in
                Transport.allCases.map { ModelViewer(view, by: $0, of: "a") }
            }
            board.update("ada", by: 5)
            board.publish = { [instance] in instance.publish($0, of: "a") }
            instance.add(board, named: "a")
        }

        func come(_ viewer: ModelViewer) throws {
            let hold = try instance.broadcaster.hold("a")
            let loop = viewers.firstIndex { $0 === viewer }.map { $0 % instance.loops.all.count } ?? 0
            try viewer.connect(to: instance, options, withCursor: true, on: loop, stream: hold.stream, hold: hold)
        }

        func settle() throws {
            instance.subscribeBoards()
            instance.settle()
            for viewer in viewers { try viewer.read() }
        }

        func pass(_ time: TimeAmount) throws {
            instance.advance(time)
            try settle()
        }

        func check(_ viewer: ModelViewer) {
            viewer.check(against: board, rows: 10)
            #expect(viewer.takeFaults() == [], "\(viewer.view)")
        }
    }

    @Test("that is gone is told so and sent away, and sees the new one when it is there again", arguments: loops)
    func gone(loops: Int) throws {
        let world = World(options, loops: loops)
        for viewer in world.viewers { try world.come(viewer) }
        try world.settle()
        for viewer in world.viewers { world.check(viewer) }
        // Without a word, as when all keys are lost: the next look finds out.
        world.instance.remove("a")
        try world.pass(options.boardVerifyInterval)
        for viewer in world.viewers { #expect((viewer.isConnected, viewer.ends) == (false, [.boardGone])) }
        #expect(world.instance.broadcaster.stream(of: "a")?.viewers == 0)
        #expect(world.instance.broadcaster.stream(of: "a")?.version() == nil)

        // Who comes before anybody knows of a new one is sent away as well, and is not shown the old one.
        for viewer in world.viewers { try world.come(viewer) }
        // They arrive; then the time of the next look comes.
        try world.settle()
        try world.pass(options.boardVerifyInterval)
        for viewer in world.viewers { #expect(viewer.ends == [.boardGone, .boardGone]) }

        world.board.wipe()
        world.board.update("eve", by: 1)
        world.instance.add(world.board, named: "a")
        let before = world.viewers.map(\.snapshots)
        for viewer in world.viewers { try world.come(viewer) }
        // At once, not at the next look.
        try world.pass(options.window)
        for (viewer, before) in zip(world.viewers, before) {
            #expect(viewer.snapshots == before + 1)
            world.check(viewer)
        }
        world.board.update("ada", by: 3)
        try world.pass(.seconds(6))
        for viewer in world.viewers { world.check(viewer) }
        world.instance.stop()
    }

    @Test(
        "that becomes private goes on with a token and is sent away without; newcomers likewise",
        arguments: loops,
        [ShownTo.known, .members]
    )
    func madePrivate(loops: Int, shownTo: ShownTo) throws {
        let end: EndReason = shownTo == .members ? .boardGone : .tokenNeeded
        let world = World(options, loops: loops)
        let known = NIODeadline.uptimeNanoseconds(0) + .hours(1)
        for (index, viewer) in world.viewers.enumerated() {
            if index % 2 == 0 { viewer.access = .known(until: known) }
            try world.come(viewer)
        }
        try world.settle()
        world.board.shownTo = shownTo
        world.board.publish(.replaced)
        world.board.update("bob", by: 9)
        try world.pass(.seconds(1))
        #expect(world.instance.takeHeld() == ["a"])
        for (index, viewer) in world.viewers.enumerated() {
            #expect(viewer.ends == (index % 2 == 0 ? [] : [end]))
            viewer.lookedUp(RightsLook(shownTo: shownTo, asOf: world.instance.now))
        }
        try world.settle()
        for (index, viewer) in world.viewers.enumerated() where index % 2 == 0 { world.check(viewer) }
        // Let in by somebody who does not know yet.
        let late = world.viewers.filter { $0.access == .unknown }
        let before = late.map(\.snapshots)
        for viewer in late { try world.come(viewer) }
        try world.pass(.seconds(1))
        for viewer in late { #expect(viewer.ends == [end, end]) }
        #expect(late.map(\.snapshots) == before)

        world.board.shownTo = .everybody
        world.board.publish(.replaced)
        try world.pass(.seconds(1))
        for viewer in late { try world.come(viewer) }
        try world.pass(.seconds(1))
        for viewer in world.viewers { world.check(viewer) }
        world.instance.stop()
    }

    private static let kinds: [(before: ShownTo, after: ShownTo)] = [
        (.everybody, .known), (.everybody, .members), (.known, .members),
    ]

    @Test(
        "is told nothing from the change on until it was looked up, however many updates come",
        arguments: loops,
        kinds
    )
    func held(loops: Int, kind: (before: ShownTo, after: ShownTo)) throws {
        let world = World(options, loops: loops)
        world.board.shownTo = kind.before
        let look = RightsLook(shownTo: kind.before, asOf: world.instance.now)
        for viewer in world.viewers {
            viewer.access = .known(until: .distantFuture, look: look)
            try world.come(viewer)
        }
        try world.settle()
        for viewer in world.viewers { world.check(viewer) }
        #expect(world.instance.takeHeld() == [])
        // The clock begins at 0, before which there is no time.
        try world.pass(.seconds(1))
        world.board.shownTo = kind.after
        world.board.publish(.replaced)
        let change = world.instance.now
        let before = world.viewers.map { ($0.snapshots, $0.cursor) }
        for round in 1...20 {
            world.board.update(round % 2 == 0 ? "ada" : "bob", by: round)
            try world.pass(.milliseconds(400))
        }
        for (viewer, before) in zip(world.viewers, before) {
            #expect(viewer.snapshots == before.0 && viewer.cursor == before.1, "\(viewer.view)")
        }
        #expect(world.instance.takeHeld() == ["a"])
        // What was found of another kind, or before, says nothing.
        for viewer in world.viewers {
            viewer.lookedUp(RightsLook(shownTo: kind.before, asOf: world.instance.now))
            viewer.lookedUp(RightsLook(shownTo: kind.after, asOf: change - .nanoseconds(1)))
        }
        try world.pass(.seconds(1))
        for (viewer, before) in zip(world.viewers, before) { #expect(viewer.snapshots == before.0) }
        for viewer in world.viewers { viewer.lookedUp(RightsLook(shownTo: kind.after, asOf: change)) }
        try world.settle()
        for (viewer, before) in zip(world.viewers, before) {
            #expect(viewer.snapshots == before.0 + 1)
            world.check(viewer)
        }
        world.board.update("eve", by: 3)
        try world.pass(.seconds(6))
        for (viewer, before) in zip(world.viewers, before) {
            #expect(viewer.view == .top || viewer.snapshots == before.0 + 1)
            world.check(viewer)
        }
        world.instance.stop()
    }

    @Test("goes on where somebody else's rights have changed, and gets one snapshot", arguments: loops)
    func doubted(loops: Int) throws {
        let world = World(options, loops: loops)
        world.board.shownTo = .members
        for viewer in world.viewers {
            viewer.access = .known(
                until: .distantFuture,
                look: RightsLook(shownTo: .members, asOf: world.instance.now)
            )
            try world.come(viewer)
        }
        try world.settle()
        let before = world.viewers.map(\.snapshots)
        // They are looked up at once, before the board has been.
        world.board.publish(.replaced)
        for viewer in world.viewers {
            viewer.lookedUp(RightsLook(shownTo: .members, asOf: world.instance.now))
        }
        try world.pass(.seconds(1))
        for (viewer, before) in zip(world.viewers, before) {
            #expect(viewer.snapshots == before + 1)
            world.check(viewer)
        }
        #expect(world.instance.takeHeld() == [])
        // When it becomes one for everybody, nobody waits.
        world.board.publish(.replaced)
        try world.pass(.seconds(1))
        #expect(world.instance.takeHeld() == ["a"])
        world.board.shownTo = .everybody
        world.board.publish(.replaced)
        world.board.update("bob", by: 9)
        try world.pass(.seconds(1))
        for viewer in world.viewers { world.check(viewer) }
        world.instance.stop()
    }

    private static let ends: [(shownTo: ShownTo, isLookedUp: Bool, reason: EndReason)] = [
        (.known, false, .tokenExpired), (.known, true, .tokenExpired), (.members, false, .boardGone),
        (.members, true, .tokenExpired),
    ]

    @Test(
        "whose token ends, or has ended before, is told so, but of a board that was never shown to it",
        arguments: ends
    )
    func endedToken(_ end: (shownTo: ShownTo, isLookedUp: Bool, reason: EndReason)) throws {
        let world = World(options, loops: 1)
        for (index, viewer) in world.viewers.enumerated() {
            // Half of them before the change.
            viewer.access = .known(until: world.instance.now + .seconds(index % 2 == 0 ? 1 : 10))
            try world.come(viewer)
        }
        try world.settle()
        try world.pass(.seconds(3))
        world.board.shownTo = end.shownTo
        world.board.publish(.replaced)
        try world.pass(.seconds(1))
        if end.isLookedUp {
            for viewer in world.viewers {
                viewer.lookedUp(RightsLook(shownTo: end.shownTo, asOf: world.instance.now))
            }
        }
        try world.pass(.seconds(1))
        #expect(world.viewers.map(\.isConnected) == world.viewers.indices.map { $0 % 2 == 1 })
        for _ in 1...12 { try world.pass(.seconds(1)) }
        for (index, viewer) in world.viewers.enumerated() {
            let wasNeverShown = end.shownTo == .members && index % 2 == 0
            #expect(viewer.ends == [wasNeverShown ? .boardGone : end.reason])
        }
        world.instance.stop()
    }

    @Test("that is private is sent away in the second after the token has ended, and not where it is public")
    func ended() throws {
        for isPrivate in [true, false] {
            let world = World(options, loops: 1)
            world.board.shownTo = isPrivate ? .known : .everybody
            let ends: [Int64] = [0, 999, 1000, 2500, 90_000, 400_000_000_000]
            for (viewer, end) in zip(world.viewers, ends) {
                viewer.access = .known(
                    until: world.instance.now + .milliseconds(end),
                    look: RightsLook(shownTo: .known, asOf: world.instance.now)
                )
                try world.come(viewer)
            }
            try world.settle()
            var ended: [Int64: Int64] = [:]
            for second in 1...100 as ClosedRange<Int64> {
                try world.pass(.seconds(1))
                for (viewer, end) in zip(world.viewers, ends) where !viewer.isConnected && ended[end] == nil {
                    ended[end] = second
                    #expect(viewer.ends == [.tokenExpired])
                }
            }
            #expect(ended == (isPrivate ? [0: 1, 999: 1, 1000: 2, 2500: 3, 90_000: 91] : [:]))
            // Their tokens count for nothing any more.
            world.board.shownTo = .known
            world.board.publish(.replaced)
            try world.pass(.seconds(1))
            #expect(world.viewers.filter(\.isConnected).count == 1)
            world.instance.stop()
        }
    }
}
