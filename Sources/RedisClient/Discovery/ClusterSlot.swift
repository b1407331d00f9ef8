/// The slot of a key in a Redis Cluster (Redis Cluster specification, "Key distribution model" and "Hash tags").
package enum ClusterSlot {
    package static let count = 16384

    package static func of(_ key: String) -> Int {
        Int(crc16(hashed(key.utf8[...]))) % count
    }

    /// What stands between the first `{` and the next `}`, if it is not empty; otherwise the whole key.
    private static func hashed(_ key: Substring.UTF8View) -> Substring.UTF8View {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
        let rest = key[key.index(after: open)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex else { return key }
        return rest[..<close]
    }

    /// CRC-16/XMODEM: polynomial 0x1021, begins with 0.
    private static func crc16(_ bytes: Substring.UTF8View) -> UInt16 {
        bytes.reduce(0) { crc, byte in
            (0..<8).reduce(crc ^ UInt16(byte) << 8) { crc, _ in crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
        }
    }
}
