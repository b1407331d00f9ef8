import NIOCore

/// The bytes of one run, as targets want them.
struct FuzzInput {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    /// What is no UTF-8 is replaced.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The parts between line feeds.
    var lines: [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    var textLines: [String] { lines.map { String(decoding: $0, as: UTF8.self) } }

    /// The same bytes as they might come over a connection. Where they are cut follows from the bytes themselves: an input
    /// stays what a person can read, and runs the same each time.
    var pieces: [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        // FNV-1a, then an LCG of Knuth's.
        var state = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        // One in four comes byte by byte.
        let longest = state >> 40 & 3 == 0 ? 1 : UInt64(max(bytes.count, 1))
        var rest = bytes[...]
        while !rest.isEmpty {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let count = Int(state >> 33 % longest) + 1
            pieces.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}

/// Takes an input apart into numbers, for targets that are no text. Behind the end there are zeros.
struct FuzzNumbers {
    private var rest: ArraySlice<UInt8>

    init(_ input: FuzzInput) {
        rest = input.bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func below(_ bound: Int) -> Int { Int(byte()) % bound }

    /// A small number, or one at a border.
    mutating func integer() -> Int {
        let byte = byte()
        return byte < 0x80 ? Int(byte) - 16 : Self.borders[Int(byte - 0x80) % Self.borders.count]
    }

    private static let borders: [Int] = {
        let powers = [31, 32, 53, 62].map { 1 << $0 }
        let around = powers.flatMap { power in (-2...1).map { power + $0 } }
        return around + around.map { -$0 } + [.max, .max - 1, .min, .min + 1]
    }()
}
