import Glibc
import NIOCore
import Synchronization
import TestSupport

@testable import LiveSockets

/// Sockets by number, each of which takes what the test says, by `send` and by a ring alike.
final class ScriptedKernel: Sendable {
    /// What a socket does with its next sends; behind these it takes all.
    enum Answer: Sendable {
        case all
        case first(Int)
        case error(Int32)
    }

    private struct Socket {
        var taken = ""
        var answers: [Answer] = []
    }

    private let sockets = Mutex<[Int32: Socket]>([:])

    func script(_ descriptor: Int32, _ answers: [Answer]) {
        sockets.withLock { $0[descriptor, default: Socket()].answers = answers }
    }

    /// What the peer has got, from the channel as well.
    func taken(by descriptor: Int32) -> String { sockets.withLock { $0[descriptor]?.taken ?? "" } }

    /// What the channel gives the socket, and all of it.
    func takeFromChannel(_ text: String, _ descriptor: Int32) {
        sockets.withLock { $0[descriptor, default: Socket()].taken += text }
    }

    func take(_ text: String, _ descriptor: Int32) -> Int {
        sockets.withLock { sockets in
            var socket = sockets[descriptor] ?? Socket()
            defer { sockets[descriptor] = socket }
            let answer = socket.answers.isEmpty ? .all : socket.answers.removeFirst()
            switch answer {
            case .all:
                socket.taken += text
                return text.utf8.count
            case .first(let count):
                socket.taken += text.prefix(count)
                return min(count, text.utf8.count)
            case .error(let number): return -Int(number)
            }
        }
    }

    /// A sender on these sockets.
    func sender(ring: ScriptedRing? = nil, onFault: @escaping (RingFault) -> Void = { _ in }) -> LoopSender {
        unsafe LoopSender(
            ring: ring,
            send: { [self] descriptor, bytes in
                let taken = unsafe take(String(decoding: bytes, as: UTF8.self), descriptor)
                return taken < 0 ? -1 : taken
            },
            onFault: onFault
        )
    }
}

/// A ring whose calls go as the test says. What was submitted is carried out in the order in which it was prepared, as the kernel does;
/// when that is told is another thing.
final class ScriptedRing: SendRing {
    /// What a call of `submit` says.
    enum Submission {
        /// It takes so many at most.
        case takes(Int)
        case error(Int32)
    }

    let kernel: ScriptedKernel
    let capacity: Int
    /// The next calls'; behind these each takes all.
    var submissions: [Submission] = []
    /// In which order completions come.
    var order: (inout [Completion]) -> Void = { _ in }
    /// They are there only when they were waited for; so many waits are interrupted before.
    var isLate = false
    var interruptions = 0
    /// So many of the next completions never come, or come twice.
    var missing = 0
    var doubled = 0
    private(set) var waits = 0
    private(set) var submissionCount = 0
    private var prepared: [(descriptor: Int32, text: String, tag: UInt64)] = []
    private var hidden: [Completion] = []
    private var ready: [Completion] = []

    init(_ kernel: ScriptedKernel, capacity: Int = 512) {
        self.kernel = kernel
        self.capacity = capacity
    }

    func prepare(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, tag: UInt64) -> Bool {
        guard prepared.count < capacity else { return false }
        unsafe prepared.append((descriptor, String(decoding: bytes, as: UTF8.self), tag))
        return true
    }

    func submit() -> Int {
        submissionCount += 1
        var count = prepared.count
        switch submissions.isEmpty ? .takes(count) : submissions.removeFirst() {
        case .takes(let most): count = min(count, most)
        case .error(let number): return -Int(number)
        }
        var completions = prepared.prefix(count).map { send in
            Completion(tag: send.tag, result: Int32(kernel.take(send.text, send.descriptor)))
        }
        prepared.removeFirst(count)
        while missing > 0, !completions.isEmpty {
            completions.removeLast()
            missing -= 1
        }
        if doubled > 0, let first = completions.first {
            completions.append(first)
            doubled -= 1
        }
        order(&completions)
        if isLate { hidden += completions } else { ready += completions }
        return count
    }

    func next() -> Completion? { ready.isEmpty ? nil : ready.removeFirst() }

    func wait(for count: Int) -> Int {
        waits += 1
        if interruptions > 0 {
            interruptions -= 1
            return -Int(EINTR)
        }
        let come = min(count, hidden.count)
        ready += hidden.prefix(come)
        hidden.removeFirst(come)
        return come < count ? -Int(ETIME) : 0
    }
}
