/// The slot of a key in a Redis Cluster (Redis Cluster specification, "Key distribution model" and "Hash tags").
package enum ClusterSlot {
    package static let count = 16384

    package static func of(_ key: String) -> Int {
        of(key.utf8[...])
    }

    static func of<Key: Collection<UInt8>>(_ key: Key) -> Int where Key.SubSequence == Key {
        Int(crc16(hashed(key))) % count
    }

    /// What stands between the first `{` and the next `}`, if it is not empty; otherwise the whole key.
    private static func hashed<Key: Collection<UInt8>>(_ key: Key) -> Key where Key.SubSequence == Key {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
        let rest = key[key.index(after: open)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex else { return key }
        return rest[..<close]
    }

    /// CRC-16/XMODEM: polynomial 0x1021, begins with 0.
    private static func crc16(_ bytes: some Collection<UInt8>) -> UInt16 {
        bytes.reduce(0) { crc, byte in crc << 8 ^ steps[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ byte)] }
    }

    /// What eight steps make of each byte.
    private static let steps: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
    }
}
