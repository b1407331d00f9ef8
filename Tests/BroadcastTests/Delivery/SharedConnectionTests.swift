import Board
import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import Broadcast

@Suite("A connection of several subscribers")
struct SharedConnectionTests {
    private static let names = ["a", "b", "c", "d"]

    /// What a client knows of one board.
    private struct Seen {
        var scores: [String: Int] = [:]
        var cursor: Cursor?
        var snapshots = 0
    }

    private final class World {
        let instance: ModelInstance
        let boards: [String: ModelBoard]
        let channel: ModelChannel
        let socket: SlowSocket
        let connection: SharedConnection
        var subscriptions: [String: Subscription] = [:]
        var holds: [String: BoardHold] = [:]
        var ends: [String] = []
        var seen: [String: Seen] = [:]
        /// Whose message came, in order.
        var order: [String] = []

        init(hasShortWay: Bool) throws {
            var options = BroadcastOptions()
            options.backlogBytes = 8192
            let instance = ModelInstance(ModelBoard(), options)
            self.instance = instance
            boards = Dictionary(uniqueKeysWithValues: SharedConnectionTests.names.map { ($0, ModelBoard()) })
            for (name, board) in boards {
                instance.add(board, named: name)
                board.publish = { instance.publish($0, of: name) }
                board.update("zoe", by: 1)
            }
            (channel, socket, connection) = try instance.loops.first.enter {
                let channel = try ModelChannel(instance.loops.first)
                let socket = SlowSocket(channel.embedded, options.backlog)
                try channel.pipeline.syncOperations.addHandler(socket)
                let connection = try instance.broadcaster.share(
                    channel,
                    transport: .webSocket,
                    socket: hasShortWay ? instance.sockets[instance.loops.first.number].add(socket, of: channel) : nil
                )
                return (channel, socket, connection)
            }
            for name in SharedConnectionTests.names { try subscribe(name) }
        }

        func subscribe(_ name: String) throws {
            let hold = try instance.broadcaster.hold(name)
            holds[name] = hold
            channel.enter {
                subscriptions[name] = hold.stream.subscribe(
                    over: connection,
                    transport: .webSocket,
                    view: .all,
                    cursor: nil,
                    access: .unknown,
                    admission: hold,
                    // A line is a frame.
                    mark: { frames in
                        let lines = String(buffer: frames).split(separator: "\n")
                        return ByteBuffer(string: lines.map { "\(name) \($0)\n" }.joined())
                    },
                    onEnd: { [unowned self] reason in ends.append("\(name) \(reason)") }
                )
            }
            settle()
        }

        func settle() {
            instance.subscribeBoards()
            instance.settle()
        }

        func update(_ name: String, _ user: String) {
            boards[name]?.update(user, by: 1)
            settle()
            instance.advance(.milliseconds(50))
            settle()
        }

        /// Takes what has arrived. Returns how the connection was ended, if it was.
        @discardableResult
        func read() throws -> String? {
            while let bytes = try channel.embedded.readOutbound(as: ByteBuffer.self) {
                for line in String(buffer: bytes).split(separator: "\n") {
                    let parts = line.split(separator: " ", maxSplits: 2)
                    guard parts.count == 3, parts[1] == "webSocket" else { return String(line) }
                    let message = try JSONDecoder().decode(ViewedMessage.self, from: Data(parts[2].utf8))
                    let name = String(parts[0])
                    #expect(message.board == name)
                    order.append(name)
                    var board = seen[name] ?? Seen()
                    if message.type == "snapshot" {
                        board.snapshots += 1
                        board.scores = [:]
                    } else {
                        let last = board.cursor?.seq ?? 0
                        #expect(message.from ?? 0 <= last + 1, "a hole")
                    }
                    for row in message.scoreboard ?? [] { board.scores[row.user_id] = row.score }
                    for change in message.changes ?? [] { board.scores[change.user_id] = change.score }
                    board.cursor = Cursor(message.cursor)
                    seen[name] = board
                }
            }
            return nil
        }

        func check() throws {
            #expect(try read() == nil)
            for name in SharedConnectionTests.names {
                let board = try #require(boards[name])
                let rows = (seen[name]?.scores ?? [:]).map { Standing(user: $0, score: $1) }
                #expect(Array(rows.sorted { $0.precedes($1) }.prefix(10)) == board.standings(10), "\(name)")
                #expect(seen[name]?.cursor == board.cursor, "\(name)")
            }
        }

        /// Until all are left behind.
        func flood() throws {
            socket.isReading = false
            for round in 0..<150 {
                for name in SharedConnectionTests.names { update(name, "u\(round % 20)") }
            }
        }
    }

    @Test("tells each of its own board, and what is ended is told of no more", arguments: [true, false])
    func follows(hasShortWay: Bool) throws {
        let world = try World(hasShortWay: hasShortWay)
        for round in 0..<20 {
            for name in Self.names { world.update(name, "u\(round % 5)") }
        }
        try world.check()
        #expect(world.seen.values.allSatisfy { $0.snapshots <= 2 })
        world.channel.enter { world.subscriptions["b"]?.end() }
        world.settle()
        #expect(world.holds["b"]?.stream.viewers == 0)
        let before = world.seen["b"]?.cursor
        for name in Self.names { world.update(name, "last") }
        try world.read()
        #expect(world.seen["b"]?.cursor == before)
        #expect(Self.names.allSatisfy { (world.seen[$0]?.scores["last"] == 1) == ($0 != "b") })
        // Another of the same board, while the connection lasts.
        try world.subscribe("b")
        try world.check()
        world.channel.end()
        world.settle()
        #expect(world.holds.values.allSatisfy { $0.stream.viewers == 0 })
        #expect(world.ends == [])
        world.instance.stop()
    }

    @Test("that does not read keeps no more than one viewer may, and all see what is so when it has drained")
    func drains() throws {
        for hasShortWay in [true, false] {
            let world = try World(hasShortWay: hasShortWay)
            try world.flood()
            #expect((4096...8192).contains(world.socket.mostUnsent), "\(world.socket.mostUnsent)")
            world.order = []
            world.channel.enter { world.socket.isReading = true }
            world.settle()
            try world.check()
            #expect(world.ends == [])
            for name in Self.names { world.update(name, "after") }
            try world.check()
            world.instance.stop()
        }
    }

    @Test("that does not drain in thirty seconds is ended as a whole, once", arguments: [true, false])
    func sentAway(hasShortWay: Bool) throws {
        let world = try World(hasShortWay: hasShortWay)
        try world.flood()
        for _ in 0..<32 {
            world.instance.advance(.seconds(1))
            world.settle()
        }
        #expect(!world.channel.isActive)
        #expect(world.holds.values.allSatisfy { $0.stream.viewers == 0 })
        #expect(world.ends == [])
        world.instance.stop()
    }

    @Test("loses one alone when its board is gone")
    func gone() throws {
        let world = try World(hasShortWay: true)
        try world.check()
        world.instance.remove("c")
        world.instance.publish(.replaced, of: "c")
        for _ in 0..<3 {
            world.settle()
            world.instance.advance(.seconds(1))
        }
        world.settle()
        #expect(world.ends == ["c boardGone"])
        #expect(world.holds["c"]?.stream.viewers == 0)
        for name in Self.names where name != "c" { world.update(name, "after") }
        try world.read()
        #expect(Self.names.allSatisfy { (world.seen[$0]?.scores["after"] == 1) == ($0 != "c") })
        world.instance.stop()
    }
}
