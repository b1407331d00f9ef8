/// The names of channels that messages came of, so that the next message of one makes no string anew. Bounded: where two share
/// a place, the one that came last has it.
struct ChannelNames {
    private static let count = 256
    /// A longer one is made anew each time.
    private static let maximumBytes = 512

    /// Empty before the first message.
    private var names: [String] = []

    mutating func name(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.count <= Self.maximumBytes else { return unsafe String(decoding: bytes, as: UTF8.self) }
        if names.isEmpty { names = [String](repeating: "", count: Self.count) }
        // FNV-1a.
        let hash = unsafe bytes.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let place = Int(hash) % Self.count
        let isKnown = unsafe names[place].utf8.withContiguousStorageIfAvailable {
            unsafe bytes.equals(UnsafeRawBufferPointer($0))
        }
        if isKnown != true {
            names[place] = unsafe String(decoding: bytes, as: UTF8.self)
        }
        return names[place]
    }
}
