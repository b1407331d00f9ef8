import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HTTPServer

/// What a connection answers to bytes, without a socket.
private struct Exchanged: Equatable {
    var statuses: [Int] = []
    var reached: [String] = []
    /// Bytes that make no whole answer.
    var rest = ""

    init(_ pieces: [ArraySlice<UInt8>]) throws {
        let reached = Mutex<[String]>([])
        let channel = EmbeddedChannel()
        let acceptor = Acceptor.embedded(on: channel.embeddedEventLoop) { path in reached.withLock { $0.append(path) } }
        try acceptor.accept(channel)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        for piece in pieces { _ = try? channel.writeInbound(ByteBuffer(bytes: piece)) }
        var bytes = ByteBuffer()
        while let more = try? channel.readOutbound(as: ByteBuffer.self) { bytes.writeImmutableBuffer(more) }
        self.reached = reached.withLock { $0 }
        while let status = Self.takeAnswer(&bytes) { statuses.append(status) }
        rest = String(buffer: bytes)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private static func takeAnswer(_ bytes: inout ByteBuffer) -> Int? {
        let text = String(buffer: bytes)
        guard let match = text.prefixMatch(of: /HTTP\/1\.1 ([0-9]{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/) else {
            return nil
        }
        // A body is JSON or one of the routes': none begins like an answer, so the next answer shows where it ends.
        let rest = text[match.range.upperBound...]
        let end = rest.firstRange(of: "HTTP/1.1 ")?.lowerBound ?? rest.endIndex
        bytes.moveReaderIndex(forwardBy: text[..<end].utf8.count)
        return Int(match.1)
    }
}

@Suite("A connection, fuzzed")
struct HeadFuzzTests {
    @Test("gives the same answers however the bytes are cut, one a request and one more at most, and never half of one")
    func properties() throws {
        var fuzzer = HeadFuzzer(seed: 0xBAD5EED)
        var seen: Set<Int> = []
        for round in 1...1500 {
            let bytes = fuzzer.next()
            let whole = try Exchanged([bytes[...]])
            let cut = Int.random(in: 0...bytes.count, using: &fuzzer.random)
            let parts = try Exchanged([bytes[..<cut], bytes[cut...]])
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(parts == whole, "round \(round), cut at \(cut): \(text)")
            #expect(whole.rest == "", "round \(round): \(text)")
            // Interim answers and refusals aside, an answer of a route stands for a request that reached it.
            #expect(whole.statuses.count { $0 == 200 } == whole.reached.count, "round \(round): \(text)")
            seen.formUnion(whole.statuses)
        }
        #expect(seen.isSuperset(of: [100, 200, 400, 404, 405, 505]))
    }
}
