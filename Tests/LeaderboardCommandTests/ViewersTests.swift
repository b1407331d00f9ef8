import NIOCore
import Testing

@testable import LeaderboardCommand

@Suite("The load's verdict")
struct ViewersTests {
    private static func snapshot(_ seq: Int) -> String {
        #"{"type":"snapshot","cursor":"1:\#(seq)","scoreboard":[]}"#
    }

    private static func changes(_ seqs: Int...) -> String {
        let changes = seqs.map { #"{"user_id":"a","score":1,"score_increase":1,"seq":\#($0)}"# }
        return
            #"{"type":"changes","cursor":"1:\#(seqs.max() ?? 0)","from":\#(seqs.min() ?? 0),"changes":[\#(changes.joined(separator: ","))]}"#
    }

    /// A run whose last update was the fourth, with one viewer who got these messages.
    private func state(_ messages: [String]) -> LoadState {
        let state = LoadState(requests: .updates([]))
        answer(state, 200, seq: 4)
        let viewer = state.viewers.add(after: nil)
        for message in messages { state.viewers.received(ByteBuffer(string: message), by: viewer) }
        return state
    }

    private func answer(_ state: LoadState, _ status: UInt, seq: Int? = nil) {
        state.writers.due(.now())
        state.writers.answered(status: status, seq: seq, due: .now())
    }

    @Test(
        "is good only for a viewer who saw every change in its order, to the end",
        arguments: [
            ([snapshot(2), changes(3), changes(4)], 0, 0, 0), ([snapshot(1), changes(2, 3, 4)], 0, 0, 0),
            ([snapshot(4)], 0, 0, 0), ([snapshot(1), changes(2), snapshot(4)], 0, 0, 0),
            ([snapshot(2), changes(4)], 1, 0, 0), ([snapshot(2), changes(3)], 0, 0, 1), ([], 0, 0, 1),
            ([snapshot(2), changes(4, 3)], 0, 1, 0), ([snapshot(3), changes(4), changes(3)], 0, 1, 1),
            ([snapshot(4), "rubbish"], 1, 0, 0), ([changes(1, 2, 3, 4)], 1, 0, 0),
        ] as [([String], Int, Int, Int)]
    )
    func verdict(messages: [String], missed: Int, misordered: Int, notAtTheEnd: Int) {
        let report = LoadReport(state(messages), nil)
        #expect(report.viewers.missed == missed)
        #expect(report.viewers.misordered == misordered)
        #expect(report.viewers.notAtTheEnd == notAtTheEnd)
        #expect(report.isFaulty == (missed + misordered + notAtTheEnd > 0))
    }

    @Test(
        "is bad for a viewer whose connection ended, and for an update that failed or was not answered; not for a 429"
    )
    func otherFaults() {
        let good = [Self.snapshot(4)]
        #expect(!LoadReport(state(good), nil).isFaulty)
        let lost = state(good)
        lost.viewers.lose()
        #expect(LoadReport(lost, nil).isFaulty)
        let failed = state(good)
        answer(failed, 503)
        #expect(LoadReport(failed, nil).isFaulty)
        let refused = state(good)
        answer(refused, 429)
        #expect(LoadReport(refused, nil).updates.refused == 1)
        #expect(!LoadReport(refused, nil).isFaulty)
        let waiting = state(good)
        waiting.writers.due(.now())
        #expect(LoadReport(waiting, nil).isFaulty)
    }

    @Test(
        "latency counts from when the update was due, whichever of answer and message comes first",
        arguments: [true, false]
    )
    func latency(messageFirst: Bool) throws {
        let viewers = Viewers()
        let viewer = viewers.add(after: 3)
        let due = NIODeadline.now() - .seconds(2)
        if !messageFirst { viewers.acknowledged(seq: 4, due: due) }
        viewers.received(ByteBuffer(string: Self.changes(4)), by: viewer)
        if messageFirst { viewers.acknowledged(seq: 4, due: due) }
        #expect(try #require(viewers.latency.summary).p50 >= 2000)
    }

    @Test("messages are read once for all, each viewer in its own time")
    func shared() {
        var messages = SharedMessages()
        var places = [0, 0, 0]
        let sent = (1...2000).map { ByteBuffer(string: Self.changes($0)) }
        for viewer in places.indices {
            for (number, bytes) in sent.enumerated() {
                #expect(messages.read(bytes, at: &places[viewer])?.seq == number + 1)
            }
        }
        var place = messages.end
        #expect(messages.read(ByteBuffer(string: "rubbish"), at: &place) == nil)
        #expect(messages.read(ByteBuffer(string: Self.snapshot(7)), at: &place)?.seq == 7)
    }
}
