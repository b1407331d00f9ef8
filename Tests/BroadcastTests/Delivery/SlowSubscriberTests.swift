import NIOCore
import Testing

@testable import Broadcast

@Suite("Among two hundred subscribers one that never reads")
struct SlowSubscriberTests {
    /// How they are written to.
    enum Way: CaseIterable {
        case channel, shortWay, ring
    }

    /// Two hundred that read and one that does not, which has been left behind; with what has been published by then.
    private func crowd(_ way: Way) throws -> (
        board: ModelBoard, instance: ModelInstance, slow: ModelViewer, others: [ModelViewer]
    ) {
        var options = BroadcastOptions()
        options.backlogBytes = 8192
        let board = ModelBoard()
        let instance = ModelInstance(board, options, byRing: way == .ring)
        let hasShortWay = way != .channel
        board.publish = { instance.publish($0) }
        instance.connect()
        instance.settle()
        let slow = ModelViewer(.all, hasShortWay: hasShortWay)
        let others = (0..<200).map { _ in ModelViewer(.all, hasShortWay: hasShortWay) }
        for viewer in [slow] + others { try viewer.connect(to: instance, options, withCursor: false) }
        instance.loops.run()
        for viewer in [slow] + others { try viewer.read() }
        slow.isReading = false
        for round in 0..<150 {
            board.update("u\(round % 20)", by: 1)
            instance.settle()
            instance.advance(options.window)
        }
        return (board, instance, slow, others)
    }

    private func check(_ viewers: [ModelViewer], _ board: ModelBoard) throws {
        for viewer in viewers {
            try viewer.read()
            viewer.check(against: board, rows: 10)
            #expect(viewer.faults.isEmpty)
        }
    }

    @Test("gets one snapshot when it has drained and goes on; the others never notice", arguments: Way.allCases)
    func drains(way: Way) throws {
        let (board, instance, slow, others) = try crowd(way)
        try check(others, board)
        #expect(others.allSatisfy { $0.snapshots == 1 })
        #expect((4096...8192).contains(slow.mostUnsent))
        slow.isReading = true
        try check([slow], board)
        #expect(slow.snapshots == 2)
        board.update("u3", by: 5)
        instance.settle()
        instance.advance(.milliseconds(50))
        try check([slow] + others, board)
        #expect(slow.snapshots == 2)
        instance.stop()
    }

    @Test("gets nothing before its snapshot, although its socket would take it", arguments: [Way.shortWay, .ring])
    func shortWay(way: Way) throws {
        let (board, instance, slow, _) = try crowd(way)
        slow.tellsOfDrain = false
        slow.isReading = true
        board.update("u3", by: 5)
        instance.settle()
        instance.advance(.milliseconds(50))
        try slow.read()
        #expect(slow.faults.isEmpty)
        #expect(slow.snapshots == 1)
        slow.tellsOfDrain = true
        try check([slow], board)
        #expect(slow.snapshots == 2)
        instance.stop()
    }

    @Test("is sent away when it has not drained in thirty seconds, and not before", arguments: Way.allCases)
    func sentAway(way: Way) throws {
        let (board, instance, slow, others) = try crowd(way)
        func wait(_ time: TimeAmount) throws {
            for _ in 0..<(time.nanoseconds / 1_000_000_000) {
                instance.advance(.seconds(1))
                instance.settle()
            }
            try slow.read()
        }
        try wait(.seconds(22))
        #expect(slow.isConnected)
        try wait(.seconds(10))
        #expect(slow.timesSentAway == 1)
        try check(others, board)
        instance.stop()
    }
}
