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

    /// The verdict on a run whose last update was the fourth, with one viewer who got these messages.
    private func report(_ messages: [String], disturb: (Writers, inout Viewers) -> Void = { _, _ in }) -> LoadReport {
        let writers = Writers(requests: .updates([]), dueTimes: DueTimes())
        answer(writers, 200, seq: 4)
        var viewers = Viewers()
        let viewer = viewers.add(after: nil)
        for message in messages { viewers.received(message: ByteBuffer(string: message), by: viewer) }
        disturb(writers, &viewers)
        let behind = viewers.behind(writers.highestSeqs)
        return LoadReport(writers, viewers.sightings, behind: behind, since: (.now(), 0))
    }

    private func answer(_ writers: Writers, _ status: UInt, seq: Int? = nil) {
        writers.due(.now())
        writers.answered(status: status, seq: seq, due: .now())
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
        let report = report(messages)
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
        #expect(!report(good).isFaulty)
        #expect(report(good) { _, viewers in viewers.lose(0) }.isFaulty)
        #expect(report(good) { writers, _ in answer(writers, 503) }.isFaulty)
        let refused = report(good) { writers, _ in answer(writers, 429) }
        #expect(refused.updates.refused == 1)
        #expect(!refused.isFaulty)
        #expect(report(good) { writers, _ in writers.due(.now()) }.isFaulty)
    }

    @Test("counts an interruption, after which a viewer begins anew, and is bad only if it does not come back")
    func interruption() {
        let report = report([Self.snapshot(1), Self.changes(2)]) { _, viewers in
            let now = NIODeadline.now()
            #expect(viewers.returning(now: now) == [])
            viewers.lose(0, now: now)
            #expect(viewers.sightings.lost == 1)
            #expect(viewers.returning(now: now) == [])
            #expect(viewers.returning(now: now + .milliseconds(375)) == [0])
            viewers.hasReturned(0, isThere: false, now: now)
            #expect(viewers.returning(now: now + .milliseconds(249)) == [])
            #expect(viewers.returning(now: now + .milliseconds(750)) == [0])
            #expect(viewers.behind([0: 1]) == 1)
            viewers.hasReturned(0, isThere: true)
            // Another instance may be a moment behind the first.
            for message in [Self.snapshot(1), Self.changes(2, 3), Self.changes(4)] {
                viewers.received(message: ByteBuffer(string: message), by: 0)
            }
        }
        #expect((report.viewers.interruptions, report.viewers.lost, report.viewers.resyncs) == (1, 0, 0))
        #expect(!report.isFaulty)
        #expect("\(report)".contains("1 of viewers'"))
    }

    @Test("not more than 50 viewers come back at once")
    func comingBack() {
        var absences = Absences<Int>()
        let now = NIODeadline.now()
        for number in 0..<120 { absences.add(number, for: .milliseconds(number < 60 ? 1 : 2), now: now) }
        #expect(absences.due(now: now + .milliseconds(1)) == Array(0..<50))
        #expect(absences.due(now: now + .milliseconds(2)).isEmpty)
        for _ in 0..<20 { absences.hasReturned() }
        #expect(absences.due(now: now + .milliseconds(2)) == Array(50..<70))
        #expect(absences.count == 100)
    }

    @Test("each board has its own messages, its own latency and its own end")
    func boards() throws {
        let dueTimes = DueTimes()
        var viewers = Viewers()
        let all = (0..<2).map { viewers.add(after: 3, on: $0) }
        for (board, due) in [(0, 2), (1, 60)] { dueTimes.note(4, on: board, .now() - .seconds(Int64(due))) }
        viewers.received(message: ByteBuffer(string: Self.changes(4)), by: all[1])
        viewers.count(dueTimes)
        #expect(try #require(viewers.sightings.latency.summary).p50 >= 60_000)
        #expect(viewers.behind([0: 4, 1: 4]) == 1 && viewers.behind([0: 3, 1: 5]) == 1 && viewers.behind([1: 4]) == 0)
        #expect(viewers.sightings.missed == 0)
    }

    @Test(
        "latency counts from when the update was due, whichever of answer and message comes first",
        arguments: [true, false]
    )
    func latency(messageFirst: Bool) throws {
        let dueTimes = DueTimes()
        var viewers = Viewers()
        let viewer = viewers.add(after: 3)
        let due = NIODeadline.now() - .seconds(2)
        if !messageFirst { dueTimes.note(4, due) }
        viewers.received(message: ByteBuffer(string: Self.changes(4)), by: viewer)
        viewers.count(dueTimes)
        if messageFirst {
            #expect(viewers.sightings.latency.summary == nil)
            dueTimes.note(4, due)
            viewers.count(dueTimes)
        }
        #expect(try #require(viewers.sightings.latency.summary).p50 >= 2000)
    }

    @Test("a connection's bytes are read as frames, in any pieces; it goes on until a close frame or a violation")
    func frames() {
        let message = Self.snapshot(7)
        let frame = [0x81, UInt8(message.utf8.count)] + Array(message.utf8)
        for size in [1, 2, frame.count] {
            var viewers = Viewers()
            let viewer = viewers.add(after: nil)
            var answers: [ByteBuffer] = []
            func isOpen(after bytes: [UInt8]) -> Bool {
                viewers.received(ByteBuffer(bytes: bytes), by: viewer) { answers.append($0) }
            }
            for start in stride(from: 0, to: frame.count, by: size) {
                #expect(isOpen(after: Array(frame[start..<min(start + size, frame.count)])))
            }
            #expect(viewers.sightings.deliveries == 1)
            #expect(viewers.behind([0: 7]) == 0)
            #expect(isOpen(after: [0x89, 0]))
            #expect(answers.last?.getBytes(at: 0, length: 2) == [0x8A, 0x80])
            #expect(!isOpen(after: [0x88, 0]))
            #expect(answers.last?.getBytes(at: 0, length: 2) == [0x88, 0x80])
            #expect(!isOpen(after: [0x81, 0x80]))
        }
    }

    @Test("what several crowds saw is added up")
    func sum() throws {
        var sum = Sightings()
        for latency in [1, 3] {
            var crowd = Sightings()
            (crowd.viewers, crowd.deliveries, crowd.bytes, crowd.missed) = (1, 2, 3, 4)
            (crowd.misordered, crowd.resyncs, crowd.lost, crowd.interruptions) = (5, 6, 7, 8)
            crowd.latency.record(.milliseconds(Int64(latency)))
            sum.add(crowd)
        }
        #expect([sum.viewers, sum.deliveries, sum.bytes, sum.missed] == [2, 4, 6, 8])
        #expect([sum.misordered, sum.resyncs, sum.lost, sum.interruptions] == [10, 12, 14, 16])
        let summary = try #require(sum.latency.summary)
        #expect(summary.p50 < 1.1 && summary.max >= 3)
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
