import Board
import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Broadcast

@Suite("Of many boards")
struct ManyBoardsTests {
    private func instance(_ options: BroadcastOptions = BroadcastOptions(), loops: Int = 1) -> ModelInstance {
        ModelInstance(ModelBoard(), options, loops: loops)
    }

    @Test(
        "one has a stream from its first viewer until half a minute after its last, and nothing is read of the others"
    )
    func followed() throws {
        let options = BroadcastOptions()
        let instance = instance(options)
        let board = ModelBoard()
        board.update("ada", by: 5)
        for name in ["a", "b"] { instance.add(board, named: name) }
        #expect(instance.followedBoards == [])
        let viewer = ModelViewer(.all, of: "a")
        func come() throws {
            let hold = try instance.broadcaster.hold("a")
            try viewer.connect(to: instance, options, withCursor: true, stream: hold.stream, hold: hold)
            instance.subscribeBoards()
            instance.settle()
        }
        try come()
        #expect(instance.followedBoards == ["a"])
        board.publish = { instance.publish($0, of: "a") }
        board.update("bob", by: 7)
        instance.advance(.seconds(1))
        try viewer.read()
        viewer.check(against: board, rows: 10)

        // Who comes back within the time finds it, and goes on from its cursor.
        try viewer.disconnect()
        instance.advance(.seconds(29))
        try come()
        try viewer.read()
        #expect(viewer.snapshots == 1)
        try viewer.disconnect()
        instance.advance(.seconds(29))
        #expect(instance.followedBoards == ["a"])
        instance.advance(.seconds(1))
        instance.settle()
        #expect(instance.followedBoards == [])
        #expect(instance.broadcaster.boardCount == 0)
        let reads = instance.readsOf("a")
        instance.advance(.seconds(60))
        instance.settle()
        #expect(instance.readsOf("a") == reads)
        #expect(instance.readsOf("b") == 0)
        #expect(viewer.takeFaults() == [])
        instance.stop()
    }

    @Test("one that nobody watches any more leaves nothing behind", arguments: [View.all, .top, .users(["ada"])])
    func nothingLeft(view: View) throws {
        let (options, instance) = (BroadcastOptions(), instance())
        let board = ModelBoard()
        board.update("ada", by: 5)
        instance.add(board, named: "a")
        weak var stream: BoardStream?
        weak var home: Home?
        weak var homeReference: HomeReference?
        do {
            let hold = try instance.broadcaster.hold("a")
            (stream, homeReference) = (hold.stream, hold.stream.home)
            home = instance.loops.first.enter { hold.stream.home.value }
            let viewer = ModelViewer(view, of: "a")
            try viewer.connect(to: instance, options, withCursor: false, stream: hold.stream, hold: hold)
            instance.subscribeBoards()
            instance.settle()
            try viewer.disconnect()
        }
        #expect(stream != nil && home != nil)
        instance.advance(.seconds(31))
        instance.settle()
        #expect(instance.followedBoards == [])
        #expect(stream == nil && home == nil && homeReference == nil)
        instance.stop()
    }

    @Test("no more than a bound are followed; who is watched by nobody gives way, the longest first")
    func tooMany() throws {
        var options = BroadcastOptions()
        options.maximumBoards = 2
        let instance = instance(options)
        for name in ["a", "b", "c", "d"] { instance.add(ModelBoard(), named: name) }
        var holds: [String: BoardHold] = [:]
        holds["a"] = try instance.broadcaster.hold("a")
        holds["b"] = try instance.broadcaster.hold("b")
        #expect(throws: TooManyBoards.self) { try instance.broadcaster.hold("c") }
        // One that is followed anyway has no bound.
        let again = try instance.broadcaster.hold("a")
        #expect(again.stream === holds["a"]?.stream)
        holds["b"] = nil
        instance.advance(.seconds(1))
        holds["a"] = nil
        holds["c"] = try instance.broadcaster.hold("c")
        #expect(instance.followedBoards == ["a", "c"])
        #expect(throws: TooManyBoards.self) { try instance.broadcaster.hold("b") }
        // The first one's time was up by then; it has come back since.
        holds["c"] = nil
        holds["d"] = try instance.broadcaster.hold("d")
        #expect(instance.followedBoards == ["a", "d"])
        instance.advance(.seconds(60))
        #expect(instance.followedBoards == ["a", "d"])
        withExtendedLifetime(again) {}
        instance.stop()
    }

    @Test("names at which nobody has made a board have places of their own, as many, until somebody makes it")
    func unmade() throws {
        var options = BroadcastOptions()
        options.maximumBoards = 2
        let instance = instance(options)
        let (empty, played) = (ModelBoard(), ModelBoard())
        played.update("ada", by: 5)
        for name in 1...8 { instance.add(empty, named: "level-\(name)") }
        for name in 1...3 { instance.add(played, named: "b\(name)") }
        let broadcaster = instance.broadcaster
        var unmade = try (1...2).map { try broadcaster.hold("level-\($0)", isMade: false) }
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("level-3", isMade: false) }
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("level-3", window: "w", isMade: false) }
        // Neither by reading it before.
        for _ in 0..<30 { _ = broadcaster.streamToRead("level-3") }
        #expect(instance.followedBoards.contains("level-3"))
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("level-3", isMade: false) }
        unmade.append(try broadcaster.hold("level-2", isMade: false))
        // All places are for boards that are there.
        var made = try (1...2).map { try broadcaster.hold("b\($0)") }
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("b3") }
        #expect(broadcaster.boardCount == 4)
        made.removeLast()
        // Somebody plays there: it is one of those.
        instance.add(played, named: "level-1")
        instance.subscribeBoards()
        instance.settle()
        unmade.append(try broadcaster.hold("level-4", isMade: false))
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("level-5", isMade: false) }
        // One that nobody watches any more gives way.
        unmade = []
        unmade.append(try broadcaster.hold("level-6", isMade: false))
        unmade.append(try broadcaster.hold("level-7", isMade: false))
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("level-8", isMade: false) }
        withExtendedLifetime(made) {}
        instance.stop()
    }

    @Test("names that became boards are boards: there are never more than twice as many in all")
    func became() throws {
        var options = BroadcastOptions()
        options.maximumBoards = 2
        let instance = instance(options)
        let played = ModelBoard()
        played.update("ada", by: 5)
        for name in 1...9 { instance.add(ModelBoard(), named: "level-\(name)") }
        for name in 1...2 { instance.add(played, named: "b\(name)") }
        let broadcaster = instance.broadcaster
        var holds = try [broadcaster.hold("b1"), broadcaster.hold("b2")]
        for name in 1...2 { holds.append(try broadcaster.hold("level-\(name)", isMade: false)) }
        for name in 1...2 { instance.add(played, named: "level-\(name)") }
        instance.subscribeBoards()
        instance.settle()
        #expect(throws: TooManyBoards.self) { try broadcaster.hold("level-3", isMade: false) }
        // A board that nobody watches any more gives way to either kind.
        holds.removeFirst()
        holds.append(try broadcaster.hold("level-3", isMade: false))
        #expect(broadcaster.boardCount == 4)
        withExtendedLifetime(holds) {}
        instance.stop()
    }

    @Test("one that is read more than 20 times in a second is followed for a minute, and read from the copy")
    func busy() throws {
        let instance = instance()
        let board = ModelBoard()
        board.update("ada", by: 5)
        instance.add(board, named: "a")
        for _ in 0..<3 {
            for _ in 0..<20 { #expect(instance.broadcaster.streamToRead("a") == nil) }
            instance.advance(.seconds(1))
        }
        for _ in 0..<21 { _ = instance.broadcaster.streamToRead("a") }
        #expect(instance.followedBoards == ["a"])
        instance.subscribeBoards()
        instance.settle()
        #expect(instance.broadcaster.streamToRead("a")?.version() != nil)
        // Busy once more, half a minute later.
        instance.advance(.seconds(30))
        for _ in 0..<30 { _ = instance.broadcaster.streamToRead("a") }
        instance.advance(.seconds(59))
        instance.settle()
        #expect(instance.broadcaster.streamToRead("a")?.version() != nil)
        instance.advance(.seconds(1))
        #expect(instance.followedBoards == [])
        instance.stop()
    }

    @Test("one that is only read gives way to one that is watched, and no other gives way to it")
    func readAndWatched() throws {
        var options = BroadcastOptions()
        options.maximumBoards = 2
        let instance = instance(options)
        for name in ["a", "b", "c", "d"] { instance.add(ModelBoard(), named: name) }
        func read(_ board: String) { for _ in 0..<30 { _ = instance.broadcaster.streamToRead(board) } }
        read("a")
        let watched = try instance.broadcaster.hold("b")
        read("c")
        #expect(instance.followedBoards == ["a", "b"])
        var other: BoardHold? = try instance.broadcaster.hold("d")
        #expect(instance.followedBoards == ["b", "d"])
        // Nor does it keep the place that its last viewer leaves, once that is over.
        other = nil
        instance.advance(.seconds(29))
        read("a")
        #expect(instance.followedBoards == ["b", "d"])
        instance.advance(.seconds(1))
        read("a")
        #expect(instance.followedBoards == ["a", "b"])
        withExtendedLifetime((watched, other)) {}
        instance.stop()
    }

    @Test("one ends in time though another is followed for longer")
    func ends() throws {
        let instance = instance()
        for name in ["a", "b"] { instance.add(ModelBoard(), named: name) }
        for _ in 0..<30 { _ = instance.broadcaster.streamToRead("a") }
        var hold: BoardHold? = try instance.broadcaster.hold("b")
        withExtendedLifetime(hold) {}
        hold = nil
        instance.advance(.seconds(30))
        #expect(instance.followedBoards == ["a"])
        instance.stop()
    }

    @Test("each with a viewer on either instance, every viewer is right at the end", arguments: 1...3)
    func manyBoards(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var options = BroadcastOptions()
        options.ringBytes = 20_000
        let instances = [instance(options), instance(options, loops: 2)]
        let boards = (0..<40).map { number in
            let ties = BoardOrder.Ties.allCases[number % 5]
            return (name: "b\(number)", board: ModelBoard(BoardOrder(ascends: number % 2 == 0, ties: ties)))
        }
        for (name, board) in boards {
            for instance in instances { instance.add(board, named: name) }
            board.publish = { event in for instance in instances { instance.publish(event, of: name) } }
        }
        var viewers: [(viewer: ModelViewer, board: ModelBoard)] = []
        for (number, (name, board)) in boards.enumerated() {
            for (index, instance) in instances.enumerated() {
                let view: View = [.top, .users(["u1", "u5"])][(number + index) % 2]
                let viewer = ModelViewer(view, of: name)
                let hold = try instance.broadcaster.hold(name)
                try viewer.connect(to: instance, options, withCursor: false, stream: hold.stream, hold: hold)
                viewers.append((viewer, board))
            }
        }
        for _ in 0..<2000 {
            guard let (_, board) = boards.randomElement(using: &random) else { continue }
            let user = "u\(Int.random(in: 0..<20, using: &random))"
            switch Int.random(in: 0..<20, using: &random) {
            case 0: board.suspend(user)
            case 1: for instance in instances { instance.advance(.milliseconds(20)) }
            case 2: for instance in instances { instance.settle() }
            case 3: for instance in instances { instance.subscribeBoards() }
            default: board.update(user, by: Int.random(in: 0...3, using: &random))
            }
        }
        for _ in 0..<40 {
            for instance in instances {
                instance.subscribeBoards()
                instance.settle()
                instance.advance(.milliseconds(200))
            }
        }
        for (viewer, board) in viewers {
            try viewer.read()
            viewer.check(against: board, rows: options.scoreboardRows)
            #expect(viewer.takeFaults() == [], "\(viewer.view)")
        }
        for instance in instances { instance.stop() }
    }

    @Test("one that is watched takes less than 64 KiB beside its rows")
    func memory() throws {
        let instance = instance(loops: 4)
        let count = 400
        for number in 0..<count { instance.add(ModelBoard(), named: "b\(number)") }
        let before = try residentBytes()
        let holds = try (0..<count).map { try instance.broadcaster.hold("b\($0)") }
        instance.subscribeBoards()
        instance.settle()
        let taken = try residentBytes() - before
        #expect(holds.count == count)
        #expect(taken / count < 65_536)
        instance.stop()
    }

    private func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }
}
