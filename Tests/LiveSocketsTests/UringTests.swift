import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import LiveSockets

/// On the machine's own kernel, where it has rings; elsewhere the trial must say so.
@Suite("A ring of the kernel's")
struct UringTests {
    @Test("passes the trial, or the kernel has none that would")
    func trial() {
        do throws(RingFault) { _ = try UringTrial.make() } catch {
            guard case .refused = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("that the kernel refuses leaves nothing behind")
    func refused() {
        for _ in 1...3 {
            #expect(throws: RingFault.self) { try Uring(capacity: 1 << 30) }
        }
    }

    /// What a ring may do otherwise than ours needs.
    enum Misfit: CaseIterable {
        case late, lost, outOfOrder, short, silentAboutTheFull, taking

        func make() -> any SendRing { MisfitRing(self) }
    }

    @Test("that completes late, in another order, or not as send does, is not used", arguments: Misfit.allCases)
    func misfits(misfit: Misfit) {
        #expect(throws: RingFault.self) { try UringTrial.run(on: misfit.make()) }
    }

    @Test("that does as send does is used")
    func fit() throws {
        try UringTrial.run(on: MisfitRing(nil))
    }

    @Test("sends each viewer its frames; who is closed gets none, nor does the next one of the same descriptor")
    func real() throws {
        guard let ring = try? UringTrial.make() else { return }
        let sender = LoopSender(ring: ring, smallestCrowd: 1) { Issue.record("\($0)") }
        var pairs = try (0..<100).map { _ in try SocketPair(sender) }
        func write(_ text: String) -> [Int] {
            sender.write(ByteBuffer(string: text), to: pairs.count) { pairs[$0].socket }.unsent
        }
        #expect(write("one ") == [])
        // Every tenth does not read, until it is full: then the kernel takes a part, or nothing.
        let deaf = stride(from: 0, to: 100, by: 10).map { $0 }
        var (turns, refused) = (0, Set<Int>())
        let long = String(repeating: "x", count: 30_000)
        while refused.count < deaf.count, turns < 200 {
            turns += 1
            refused.formUnion(write(long))
            for (place, pair) in pairs.enumerated() where place % 10 != 0 { pair.read() }
        }
        #expect(refused.sorted() == deaf)
        for (place, pair) in pairs.enumerated() where place % 10 != 0 {
            #expect(pair.got == 4 + turns * 30_000)
        }
        // What the kernel took and what went to the channel is each frame, whole, as far as any.
        for place in deaf {
            pairs[place].read()
            #expect((pairs[place].got + pairs[place].inChannel - 4) % 30_000 == 0)
        }
        let next = try SocketPair(sender, inPlaceOf: pairs[5])
        #expect(write("two ").contains(5))
        next.read()
        #expect(next.got == 0)
        pairs.append(next)
        #expect(!write("three ").contains(100))
        next.read()
        #expect(next.got == 6)
        for place in pairs.indices where place != 5 { pairs[place].close() }
    }
}

/// A viewer on a real socket.
private final class SocketPair {
    let descriptor: Int32
    let socket: DirectSocket
    private let peer: Int32
    private let channel: EmbeddedChannel
    private(set) var got = 0

    /// - Parameter other: who is closed at the same time; the descriptor is then that one's.
    init(_ sender: LoopSender, inPlaceOf other: SocketPair? = nil) throws {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try #require(unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0)
        if let other {
            other.socket.end()
            try #require(dup2(ends[0], other.descriptor) == other.descriptor)
            _ = (Glibc.close(ends[0]), Glibc.close(other.peer))
        }
        (descriptor, peer) = (other?.descriptor ?? ends[0], ends[1])
        channel = EmbeddedChannel()
        socket = DirectSocket(channel, descriptor: descriptor, sender: sender)
    }

    func read() {
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(peer, &room, room.count, 0)
            guard count > 0 else { return }
            got += count
        }
    }

    var inChannel: Int {
        var count = 0
        while let bytes = try? channel.readOutbound(as: ByteBuffer.self) { count += bytes.readableBytes }
        return count
    }

    func close() {
        socket.end()
        _ = (Glibc.close(descriptor), Glibc.close(peer))
    }
}

/// Sends as `send` does, but for one thing.
private final class MisfitRing: SendRing {
    let capacity = 16
    private let misfit: UringTests.Misfit?
    private var prepared: [(descriptor: Int32, bytes: [UInt8], tag: UInt64)] = []
    private var ready: [Completion] = []
    private var late: [Completion] = []

    init(_ misfit: UringTests.Misfit?) { self.misfit = misfit }

    func prepare(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, tag: UInt64) -> Bool {
        unsafe prepared.append((descriptor, Array(bytes), tag))
        return true
    }

    func submit() -> Int {
        let count = prepared.count
        for (descriptor, bytes, tag) in prepared {
            let length = misfit == .short ? bytes.count - 1 : bytes.count
            var result = unsafe send(descriptor, bytes, length, Int32(MSG_NOSIGNAL) | 0x40)
            if result < 0 { result = -Int(errno) }
            if misfit == .silentAboutTheFull, result == -Int(EAGAIN) { continue }
            if misfit == .taking, result < 0 { result = length }
            ready.append(Completion(tag: tag, result: Int32(result)))
        }
        prepared = []
        switch misfit {
        case .late: (late, ready) = (ready, [])
        case .lost: _ = ready.popLast()
        case .outOfOrder: ready.reverse()
        default: break
        }
        return count
    }

    func next() -> Completion? { ready.isEmpty ? nil : ready.removeFirst() }

    func wait(for _: Int) -> Int {
        ready += late
        late = []
        return 0
    }
}
