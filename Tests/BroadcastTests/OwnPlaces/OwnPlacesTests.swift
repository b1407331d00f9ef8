import Board
import NIOCore
import TestSupport
import Testing

@testable import Broadcast

@Suite("Viewers of their own places")
struct OwnPlacesTests {
    private static let orders = [
        BoardOrder(), BoardOrder(ascends: true), BoardOrder(ties: .shared), BoardOrder(ties: .dense),
        BoardOrder(ties: .first), BoardOrder(ascends: true, ties: .last),
    ]

    private static func viewers(_ count: Int, pause: TimeAmount = .zero) -> [ModelViewer] {
        (0..<count).map { ModelViewer(own: OwnWish(user: "u\($0)", neighbours: $0 % 6, pause: pause)) }
    }

    private static func settle(_ instance: ModelInstance, _ rounds: Int = 60) {
        for _ in 0..<rounds {
            instance.settle()
            instance.advance(.milliseconds(50))
        }
    }

    @Test(
        "are told what the board says of each, hidden or not, after updates, suspensions, failing reads, wherever the rows end",
        arguments: orders,
        [3, 25, 100_000]
    )
    func truth(order: BoardOrder, rows: Int) throws {
        var random = SeededGenerator(seed: 3)
        let board = ModelBoard(order)
        for user in 0..<50 { board.update("u\(user)", by: Int.random(in: 0...40, using: &random)) }
        var options = BroadcastOptions()
        options.ownRows = rows
        let instance = ModelInstance(board, options)
        board.publish = { instance.publish($0) }
        instance.connect()
        let viewers = Self.viewers(56)
        for viewer in viewers { try viewer.connect(to: instance, options, withCursor: false) }
        for round in 1...4 {
            for _ in 1...60 {
                let user = "u\(Int.random(in: 0..<55, using: &random))"
                switch Int.random(in: 0..<40, using: &random) {
                case 0: board.suspend(user)
                case 1: instance.answer(fails: true)
                case 3: board.hide(user)
                case 4: board.show(user)
                case 2 where !order.isByArrival && !board.isHidden(user):
                    board.write(user, Int.random(in: 0...90, using: &random), isTold: true)
                default: board.update(user, by: Int.random(in: -9...12, using: &random))
                }
                if Bool.random(using: &random) { instance.receive() }
                if Bool.random(using: &random) { instance.answer() }
                instance.advance(.milliseconds(Int64.random(in: 0...30, using: &random)))
            }
            Self.settle(instance)
            for viewer in viewers {
                try viewer.read()
                viewer.check(against: board, rows: 10)
                let faults = viewer.takeFaults()
                #expect(faults.isEmpty, "round \(round) of \(viewer.view)")
            }
        }
        for viewer in viewers { try viewer.disconnect() }
        instance.stop()
    }

    @Test(
        "hear of everybody who passes them and whom they pass, so that the ranks follow from it",
        arguments: [BoardOrder(), BoardOrder(ascends: false, ties: .first), BoardOrder(ascends: true, ties: .last)]
    )
    func passings(order: BoardOrder) throws {
        var random = SeededGenerator(seed: 5)
        let board = ModelBoard(order)
        for user in 0..<40 { board.update("u\(user)", by: user * 10) }
        let options = BroadcastOptions()
        let instance = ModelInstance(board, options)
        board.publish = { instance.publish($0) }
        instance.connect()
        let viewers = Self.viewers(40)
        for viewer in viewers { try viewer.connect(to: instance, options, withCursor: false) }
        Self.settle(instance, 5)
        for step in 1...400 {
            // New ones, too, and falls.
            board.update("u\(Int.random(in: 0..<44, using: &random))", by: 10 * Int.random(in: -6...9, using: &random))
            instance.receive()
            if step.isMultiple(of: 9) { instance.advance(.milliseconds(20)) }
        }
        Self.settle(instance, 5)
        var most = 0
        for viewer in viewers {
            try viewer.read()
            viewer.check(against: board, rows: 10)
            let faults = viewer.takeFaults()
            #expect(faults.isEmpty)
            let first = try #require(viewer.firstRank)
            #expect(viewer.own?.rank == first + viewer.passed - viewer.overtook)
            most = max(most, viewer.passed + viewer.overtook)
        }
        #expect(most > 50)
        #expect(instance.ownAsked <= 40)
        for viewer in viewers { try viewer.disconnect() }
        instance.stop()
    }

    @Test(
        "who come to one rank do not pass each other; who leaves it passes all of it",
        arguments: [BoardOrder.Ties.shared, .dense]
    )
    func equals(ties: BoardOrder.Ties) throws {
        let board = ModelBoard(BoardOrder(ascends: false, ties: ties))
        for (user, score) in [50, 50, 40, 50].enumerated() { board.update("u\(user)", by: score) }
        let options = BroadcastOptions()
        let instance = ModelInstance(board, options)
        board.publish = { instance.publish($0) }
        instance.connect()
        let viewers = Self.viewers(4)
        for viewer in viewers { try viewer.connect(to: instance, options, withCursor: false) }
        Self.settle(instance, 5)
        let steps = [
            (points: 10, others: [0, 0], own: [0, 0]), (points: 1, others: [1, 0], own: [0, 3]),
            (points: -1, others: [1, 0], own: [0, 3]), (points: -1, others: [1, 1], own: [3, 3]),
        ]
        for step in steps {
            board.update("u2", by: step.points)
            instance.receive()
            Self.settle(instance, 5)
            for (place, viewer) in viewers.enumerated() {
                try viewer.read()
                #expect([viewer.passed, viewer.overtook] == (place == 2 ? step.own : step.others))
            }
        }
        for viewer in viewers { try viewer.disconnect() }
        instance.stop()
    }

    @Test("get no more messages than they want, and the last one all the same")
    func rate() throws {
        let board = ModelBoard()
        for user in 0..<20 { board.update("u\(user)", by: user) }
        let options = BroadcastOptions()
        let instance = ModelInstance(board, options)
        board.publish = { instance.publish($0) }
        instance.connect()
        let viewers = Self.viewers(8, pause: .milliseconds(500)) + Self.viewers(4)
        for viewer in viewers { try viewer.connect(to: instance, options, withCursor: false) }
        for _ in 0..<20 {
            Self.settle(instance, 1)
            for viewer in viewers { try viewer.read() }
        }
        for step in 0..<500 {
            if step < 400 { board.update("u\(step % 20)", by: step % 7) }
            instance.receive()
            instance.answer()
            instance.advance(.milliseconds(10))
            for viewer in viewers { try viewer.read() }
        }
        for (index, viewer) in viewers.enumerated() {
            let times = viewer.ownTimes
            let least = zip(times, times.dropFirst()).map { $1 - $0 }.min() ?? .zero
            // What has come is looked at each 10 ms.
            #expect(least > (index < 8 ? .milliseconds(490) : .milliseconds(40)))
            #expect(times.count > (index < 8 ? 5 : 15))
            viewer.check(against: board, rows: 10)
            let faults = viewer.takeFaults()
            #expect(faults.isEmpty)
        }
        for viewer in viewers { try viewer.disconnect() }
        instance.stop()
    }

    @Test("are sent away when their token ends, and are let in as who they are alone")
    func access() throws {
        let board = ModelBoard()
        board.update("u1", by: 5)
        let options = BroadcastOptions()
        let instance = ModelInstance(board, options)
        instance.connect()
        let known = ModelViewer(own: OwnWish(user: "u1", neighbours: 5, pause: .zero))
        known.access = .known(until: instance.now + .seconds(3))
        let unknown = ModelViewer(.own(OwnWish(user: "u1", neighbours: 5, pause: .zero)))
        for viewer in [known, unknown] { try viewer.connect(to: instance, options, withCursor: false) }
        Self.settle(instance, 10)
        for viewer in [known, unknown] { try viewer.read() }
        #expect((known.own?.rank, known.ends) == (1, []))
        #expect((unknown.own?.rank, unknown.ends) == (nil, [.tokenNeeded]))
        Self.settle(instance, 100)
        try known.read()
        #expect(known.ends == [.tokenExpired])
        instance.stop()
    }
}
