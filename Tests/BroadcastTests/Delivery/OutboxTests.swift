import Board
import NIOCore
import Testing

@testable import Broadcast

@Suite("The outbox of a tick")
struct OutboxTests {
    private func flush(_ seq: Int, time: Int? = nil) -> Feed.Flush {
        var changes = MergedChanges()
        changes.add(change("a", seq), time: time)
        let published = Published(cursor: Cursor(epoch: "1", seq: seq), top: [])
        return Feed.Flush(from: seq, changes: changes, published: published, showsTop: true)
    }

    private func frames(_ changes: String?, _ scoreboard: String? = nil) -> Delivery.Frames {
        Delivery.Frames(
            changes: changes.map { ByteBuffer(string: $0) },
            scoreboard: scoreboard.map { ByteBuffer(string: $0) }
        )
    }

    @Test("puts the windows' frames one after the other for each transport, and keeps the last scoreboard")
    func gather() throws {
        var outbox = Outbox()
        outbox.add([frames("[1]", "s1"), frames(nil)], of: flush(1, time: 9))
        outbox.add([frames("[2]", "s2"), frames("(2)")], of: flush(2, time: 7))
        outbox.add([frames("[3]"), frames("(3)")], of: flush(3))
        let taken = outbox.take()
        let delivery = try #require(taken)
        #expect(delivery.frames.map { $0.changes.map { String(buffer: $0) } } == ["[1][2][3]", "(2)(3)"])
        #expect(delivery.frames.map { $0.scoreboard.map { String(buffer: $0) } } == ["s2", nil])
        #expect((delivery.windows, delivery.published.cursor.seq, delivery.oldestTime) == (3, 3, 7))
        #expect(outbox.take() == nil)
    }

    @Test("says when one write would become too long", arguments: [(5, true), (6, true), (7, false)])
    func fits(bytes: Int, expected: Bool) {
        var outbox = Outbox()
        outbox.add([frames("1234")], of: flush(1))
        let more = [frames(String(repeating: "x", count: bytes - 4))]
        #expect(outbox.fits(more, maximumBytes: 6) == expected)
    }
}
