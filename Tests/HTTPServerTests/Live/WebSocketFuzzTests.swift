import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

/// Frames that are nearly right, from a fixed seed.
private struct FrameFuzzer {
    var random = SeededGenerator(seed: 0x5EED)

    /// A few frames, mostly valid, then perhaps damaged.
    mutating func next() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...5, using: &random) { bytes += frame() }
        for _ in 0..<max(0, Int.random(in: -3...3, using: &random)) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: bytes[at] = [0x00, 0x7D, 0x7E, 0x7F, 0x80, 0xFE, 0xFF].randomElement(using: &random) ?? 0
            case 2: bytes.remove(at: at)
            default: bytes.insert(.random(in: 0...255, using: &random), at: at)
            }
        }
        return bytes
    }

    private mutating func frame() -> [UInt8] {
        let opcode: UInt8 = [0, 0, 1, 1, 2, 8, 9, 10, 3].randomElement(using: &random) ?? 0
        let length = [0, 1, 2, 20, 125, 126, 300, 1024, 1025].randomElement(using: &random) ?? 0
        let byte: UInt8 = [0x61, 0xC3, 0x03].randomElement(using: &random) ?? 0
        let code: [UInt8] = [0x03, .random(in: 0xE0...0xF8, using: &random)]
        let payload = opcode == 8 ? code : [UInt8](repeating: byte, count: length)
        let frame = ClientFrame.bytes(
            opcode,
            payload,
            isFinal: Int.random(in: 0...3, using: &random) > 0,
            mask: (0..<4).map { _ in .random(in: 0...255, using: &random) }
        )
        return Array(frame.readableBytesView)
    }
}

@Suite("The WebSocket reader, fuzzed")
struct WebSocketFuzzTests {
    @Test("comes to the same verdict however the bytes are cut, with known codes, bounded memory and no crash")
    func properties() {
        var fuzzer = FrameFuzzer()
        var counts: [UInt16?: Int] = [:]
        for round in 1...3000 {
            let bytes = fuzzer.next()
            let whole = Reading([ByteBuffer(bytes: bytes)])
            var pieces: [ByteBuffer] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let length = min(rest.count, .random(in: 1...200, using: &fuzzer.random))
                pieces.append(ByteBuffer(bytes: rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            let cut = Reading(pieces)
            #expect(cut.violation == whole.violation, "round \(round)")
            #expect(cut.events == whole.events, "round \(round)")
            counts[whole.violation, default: 0] += 1
        }
        // The frames are near enough to right ones to meet every verdict, and nothing else.
        #expect(Set(counts.keys) == [nil, 1002, 1007, 1009])
    }
}
