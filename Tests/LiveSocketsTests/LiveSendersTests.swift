import Glibc
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import LiveSockets

@Suite("The senders of all loops")
struct LiveSendersTests {
    private let recorder = LogRecorder()

    private func withLoops(_ count: Int, _ body: (any EventLoopGroup) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        try await body(group)
        try await group.shutdownGracefully()
    }

    @Test("send by the ring where it can be had, and by send where that is chosen, and one line says which")
    func chosen() async throws {
        try await withLoops(2) { group in
            let kernel = ScriptedKernel()
            let ringed = try await LiveSenders.make(.ioUring, on: group, logger: recorder.logger) {
                ScriptedRing(kernel)
            }
            #expect((ringed.loops(by: .ioUring), ringed.loops(by: .send)) == (2, 0))
            let plain = try await LiveSenders.make(.send, on: group, logger: recorder.logger) {
                Issue.record("a ring is made")
                return ScriptedRing(kernel)
            }
            #expect((plain.loops(by: .ioUring), plain.loops(by: .send)) == (0, 2))
            #expect(recorder.lines == ["info live frames leave by=io_uring", "info live frames leave by=send"])
        }
    }

    @Test(
        "fall back to send and say why, or refuse to start where the ring alone will do",
        arguments: [
            (
                .refused(errorNumber: EPERM),
                "the system forbids it (seccomp of a container, or kernel.io_uring_disabled)"
            ),
            (.refused(errorNumber: ENOSYS), "the kernel has no io_uring"),
            (.refused(errorNumber: EINVAL), "the kernel is older than 6.1"),
            (.refused(errorNumber: EMFILE), "the system refuses it: Too many open files"),
            (.unfit("a send waits"), "a send waits"),
        ] as [(RingFault, String)]
    )
    func unavailable(fault: RingFault, words: String) async throws {
        try await withLoops(1) { group in
            let senders = try await LiveSenders.make(.auto, on: group, logger: recorder.logger) {
                () throws(RingFault) in throw fault
            }
            #expect((senders.loops(by: .ioUring), senders.loops(by: .send)) == (0, 1))
            #expect(recorder.lines == ["info live frames leave by=send reason=\(words)"])
            let refusal = await #expect(throws: LiveSenderUnavailable.self) {
                _ = try await LiveSenders.make(.ioUring, on: group, logger: recorder.logger) {
                    () throws(RingFault) in throw fault
                }
            }
            #expect(refusal?.description == "LIVE_SENDER=io_uring cannot be had: \(words); auto takes send instead")
        }
    }

    @Test("tell of a ring that fails, once, and count its loop as one that sends")
    func failure() async throws {
        try await withLoops(1) { group in
            let senders = try await LiveSenders.make(.auto, on: group, logger: recorder.logger) {
                let ring = ScriptedRing(ScriptedKernel())
                ring.submissions = [.error(ENOMEM)]
                return ring
            }
            let loop = group.next()
            try await loop.submit {
                guard let sender = senders[loop]?.value else { return }
                let viewers = try (0..<4).map { try ScriptedViewer($0, ScriptedKernel(), sender) }
                // The plain way finds no such descriptors, and nothing is written to any.
                for viewer in viewers { viewer.socket.end() }
                _ = sender.write(ByteBuffer(string: "x"), to: 4) { viewers[$0].socket }
                #expect(senders.loops(by: .ioUring) == 1)
                let open = try (0..<4).map { _ in try ScriptedViewer(.max, ScriptedKernel(), sender) }
                for _ in 1...2 {
                    #expect(sender.write(ByteBuffer(string: "x"), to: 4) { open[$0].socket }.unsent == [0, 1, 2, 3])
                }
            }.get()
            #expect((senders.loops(by: .ioUring), senders.loops(by: .send)) == (0, 1))
            let reason = "the kernel took no more sends: Cannot allocate memory"
            #expect(
                recorder.lines == [
                    "info live frames leave by=io_uring",
                    "warning io_uring has failed: live frames of a loop leave by send from now on reason=\(reason)",
                ]
            )
        }
    }
}
