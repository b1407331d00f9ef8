import Glibc
import NIOCore
import TestSupport
import Testing

@testable import LiveSockets

@Suite("A frame to many")
struct LoopSenderTests {
    private let kernel = ScriptedKernel()
    private static let frame = ByteBuffer(string: "0123456789")

    private func viewers(_ count: Int, _ sender: LoopSender) throws -> [ScriptedViewer] {
        try (0..<count).map { try ScriptedViewer(Int32($0), kernel, sender) }
    }

    @discardableResult
    private func write(
        _ frame: ByteBuffer = Self.frame,
        to viewers: [ScriptedViewer],
        _ sender: LoopSender
    ) -> LoopSender.Written {
        sender.write(frame, to: viewers.count) { viewers[$0].socket }
    }

    enum Way: CaseIterable {
        case send, ring, ringInReverse, ringOfSeven, lateRing
    }

    private func sender(_ way: Way) -> LoopSender {
        if way == .send { return kernel.sender() }
        let ring = ScriptedRing(kernel, capacity: way == .ringOfSeven ? 7 : 512)
        if way == .ringInReverse { ring.order = { $0.reverse() } }
        if way == .lateRing { (ring.isLate, ring.interruptions) = (true, 3) }
        return kernel.sender(ring: ring) { Issue.record("\($0)") }
    }

    @Test(
        "is whole for who takes it, goes on by the channel for who takes a part, and is unsent for others",
        arguments: Way.allCases
    )
    func outcomes(way: Way) throws {
        let sender = sender(way)
        let viewers = try viewers(20, sender)
        kernel.script(2, [.first(3)])
        kernel.script(5, [.error(EAGAIN)])
        kernel.script(6, [.error(EPIPE)])
        kernel.script(19, [.first(9)])
        viewers[8].socket.end()
        // The channel has something that comes first.
        viewers[9].isHeld = true
        viewers[9].queue(ByteBuffer(string: "before "))
        let written = write(to: viewers, sender)
        #expect((written.unsent.sorted(), written.lost) == ([5, 6, 8, 9], 0))
        for viewer in viewers {
            #expect(viewer.taken == ([5, 6, 8, 9].contains(viewer.descriptor) ? "" : "0123456789"))
        }
        // Nor does the next frame overtake anything.
        viewers[2].isHeld = true
        kernel.script(2, [.first(1)])
        write(ByteBuffer(string: "abc"), to: viewers, sender)
        #expect(write(ByteBuffer(string: "def"), to: viewers, sender).unsent.contains(2))
        #expect(viewers[2].taken == "0123456789a")
        viewers[2].isHeld = false
        #expect(viewers[2].taken == "0123456789abc")
        #expect(viewers[3].taken == "0123456789abcdef")
    }

    @Test("goes to few by a call each, to more by one for all, of the ring's capacity at most")
    func crowds() throws {
        let ring = ScriptedRing(kernel, capacity: 16)
        let sender = kernel.sender(ring: ring) { Issue.record("\($0)") }
        let viewers = try viewers(40, sender)
        for (count, submissions) in [(0, 0), (1, 0), (3, 0), (4, 1), (16, 1), (17, 1), (20, 2), (40, 3)] {
            let before = ring.submissionCount
            write(to: Array(viewers.prefix(count)), sender)
            #expect(ring.submissionCount - before == submissions)
        }
        #expect(ring.waits == 0)
    }

    /// What a ring may do wrong: how, and who loses the connection by it.
    enum Trouble: CaseIterable {
        case takesNone, takesThreeAndThenNone, takesNothingEver, neverCompletes, completesTwice, interruptedForEver

        func befall(_ ring: ScriptedRing) {
            switch self {
            case .takesNone: ring.submissions = [.error(EAGAIN)]
            case .takesThreeAndThenNone: ring.submissions = [.takes(2), .error(EINTR), .takes(1), .error(EBUSY)]
            case .takesNothingEver: ring.submissions = Array(repeating: .error(EINTR), count: 10_000)
            case .neverCompletes: ring.missing = 2
            case .completesTwice: (ring.doubled, ring.order) = (1, { $0.insert($0.removeLast(), at: 0) })
            case .interruptedForEver: (ring.isLate, ring.interruptions) = (true, 10_000)
            }
        }

        var fault: RingFault {
            switch self {
            case .takesNone: .notTaken(errorNumber: EAGAIN)
            case .takesThreeAndThenNone: .notTaken(errorNumber: EBUSY)
            case .takesNothingEver: .notTaken(errorNumber: EINTR)
            case .neverCompletes: .late(errorNumber: ETIME)
            case .completesTwice: .foreignCompletion
            case .interruptedForEver: .late(errorNumber: EINTR)
            }
        }

        var lost: [Int32] {
            switch self {
            case .takesNone, .takesThreeAndThenNone, .takesNothingEver: []
            case .neverCompletes: [8, 9]
            case .completesTwice: Array(1...9)
            case .interruptedForEver: Array(0...9)
            }
        }
    }

    @Test(
        "is nobody's twice and nobody's in part where the ring fails; from then on each is sent to by itself",
        arguments: Trouble.allCases
    )
    func trouble(trouble: Trouble) throws {
        var faults: [RingFault] = []
        let ring = ScriptedRing(kernel)
        let sender = kernel.sender(ring: ring) { faults.append($0) }
        let viewers = try viewers(10, sender)
        trouble.befall(ring)
        let written = write(to: viewers, sender)
        #expect(faults == [trouble.fault])
        #expect(viewers.filter(\.isClosed).map(\.descriptor) == trouble.lost)
        #expect((written.unsent, written.lost) == ([], trouble.lost.count))
        let submissions = ring.submissionCount
        write(ByteBuffer(string: "abc"), to: viewers, sender)
        #expect(ring.submissionCount == submissions)
        for viewer in viewers where !viewer.isClosed { #expect(viewer.taken == "0123456789abc") }
        #expect(faults.count == 1)
    }

    @Test("is not written to who is closed by another's turn, nor to the next connection of the same descriptor")
    func closedMeanwhile() throws {
        let ring = ScriptedRing(kernel, capacity: 4)
        let sender = kernel.sender(ring: ring) { Issue.record("\($0)") }
        var viewers = try viewers(8, sender)
        kernel.script(1, [.first(2)])
        let (closed, all) = (viewers[6], viewers)
        // The rest of 1 is flushed before 6 has its turn, and ends it.
        viewers[1].onFlush = { closed.close() }
        #expect(sender.write(Self.frame, to: all.count) { all[$0].socket }.unsent == [6])
        #expect(closed.taken == "")
        viewers.append(try ScriptedViewer(6, kernel, sender))
        #expect(write(ByteBuffer(string: "new"), to: viewers, sender).unsent == [6])
        #expect(viewers[8].taken == "new")
    }

    @Test("lies with its rest in the channel before anybody else can write there")
    func rests() throws {
        let sender = kernel.sender(ring: ScriptedRing(kernel)) { Issue.record("\($0)") }
        let viewers = try viewers(6, sender)
        for descriptor in [1, 4] as [Int32] { kernel.script(descriptor, [.first(5)]) }
        viewers[1].onFlush = { [unowned late = viewers[4]] in late.queue(ByteBuffer(string: " more")) }
        write(to: viewers, sender)
        #expect(viewers[4].taken == "0123456789 more")
    }

    @Test(
        "is each viewer's whole and in order, whatever sockets and rings do",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func whatever(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ring = ScriptedRing(kernel, capacity: 16)
        let sender = kernel.sender(ring: ring)
        let viewers = try viewers(50, sender)
        ring.order = { [seed] completions in
            var random = SeededGenerator(seed: seed &+ UInt64(completions.count))
            completions.shuffle(using: &random)
        }
        var all = ""
        for round in 0..<60 {
            let text = "frame \(round);"
            for viewer in viewers where !viewer.isClosed {
                switch Int.random(in: 0..<6, using: &random) {
                case 0: kernel.script(viewer.descriptor, [.first(.random(in: 1...8, using: &random))])
                case 1: kernel.script(viewer.descriptor, [.error(EAGAIN)])
                case 2: viewer.isHeld = true
                case 3: viewer.isHeld = false
                default: break
                }
            }
            ring.isLate = Bool.random(using: &random)
            if round == 30 { ring.missing = 1 }
            if round == 20, seed.isMultiple(of: 3) { ring.submissions = [.takes(5), .error(ENOMEM)] }
            let frame = ByteBuffer(string: text)
            for place in write(frame, to: viewers, sender).unsent where !viewers[place].isClosed {
                viewers[place].queue(frame)
            }
            all += text
            for viewer in viewers where !viewer.isClosed { #expect(all.hasPrefix(viewer.taken)) }
        }
        for viewer in viewers { viewer.isHeld = false }
        let left = viewers.filter { !$0.isClosed }
        for viewer in left { #expect(viewer.taken == all) }
        #expect(left.count == (seed.isMultiple(of: 3) ? 50 : 49))
    }
}
