import NIOCore
import TestSupport
import Testing

@testable import Broadcast

@Suite("The first viewers of a fresh instance")
struct FirstViewersTests {
    @Test(
        "that come at once on several loops, by both transports, each get the framing of their own",
        arguments: 1...200
    )
    func atOnce(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let options = BroadcastOptions()
        let board = ModelBoard()
        board.update("early", by: 7)
        let instance = ModelInstance(board, options, loops: 4)
        board.publish = { instance.publish($0) }
        instance.connect()
        if Bool.random(using: &random) { instance.settle() }
        let viewers = [View.all, .top, .users(["early", "late"]), .all].flatMap { view in
            Transport.allCases.map { ModelViewer(view, by: $0) }
        }
        for viewer in viewers.shuffled(using: &random) {
            let loop = Int.random(in: instance.loops.all.indices, using: &random)
            try viewer.connect(to: instance, options, withCursor: false, on: loop)
            // Some leave before the centre has heard of them.
            if Int.random(in: 0..<4, using: &random) == 0 { try viewer.disconnect() }
        }
        board.update("late", by: 9)
        instance.receive()
        while instance.loops.step(using: &random) {}
        instance.settle()
        instance.advance(.seconds(2))
        instance.settle()
        for viewer in viewers where viewer.isConnected {
            try viewer.read()
            viewer.check(against: board, rows: options.scoreboardRows)
            #expect(viewer.faults.isEmpty, "\(viewer.view)")
        }
        for viewer in viewers { try viewer.disconnect() }
        instance.stop()
    }
}
