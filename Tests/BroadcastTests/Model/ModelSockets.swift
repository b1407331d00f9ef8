import LiveSockets
import NIOCore

/// The sockets of one model loop, by numbers that no other of the loop has, and what they are sent to by.
final class ModelSockets {
    let sender: LoopSender
    private let kernel: Kernel

    /// - Parameter byRing: whoever gets the same gets it by one submission.
    init(byRing: Bool) {
        let kernel = Kernel()
        self.kernel = kernel
        sender = unsafe LoopSender(
            ring: byRing ? ModelRing(kernel) : nil,
            smallestCrowd: 1,
            send: { descriptor, bytes in unsafe kernel.send(ByteBuffer(bytes: bytes), descriptor) }
        )
    }

    func add(_ socket: SlowSocket, of channel: any Channel) -> DirectSocket {
        kernel.last += 1
        kernel.sockets[kernel.last] = socket
        return DirectSocket(channel, descriptor: kernel.last, sender: sender)
    }

    fileprivate final class Kernel {
        var sockets: [Int32: SlowSocket] = [:]
        var last: Int32 = 0

        func send(_ bytes: ByteBuffer, _ descriptor: Int32) -> Int {
            sockets[descriptor]?.writeDirectly(bytes) == true ? bytes.readableBytes : -1
        }
    }
}

private final class ModelRing: SendRing {
    let capacity = 3
    private let kernel: ModelSockets.Kernel
    private var prepared: [(descriptor: Int32, bytes: ByteBuffer, tag: UInt64)] = []
    private var completions: [Completion] = []

    init(_ kernel: ModelSockets.Kernel) { self.kernel = kernel }

    func prepare(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, tag: UInt64) -> Bool {
        unsafe prepared.append((descriptor, ByteBuffer(bytes: bytes), tag))
        return true
    }

    func submit() -> Int {
        defer { prepared = [] }
        completions += prepared.map {
            Completion(tag: $0.tag, result: Int32(kernel.send($0.bytes, $0.descriptor)))
        }
        return prepared.count
    }

    func next() -> Completion? { completions.isEmpty ? nil : completions.removeFirst() }
    func wait(for _: Int) -> Int { 0 }
}
