/// A block of DEFLATE that has its bytes as they are (RFC 1951, section 3.2.4), and is not the last: what comes behind it may be compressed
/// without a look at it.
enum StoredBlock {
    /// Of what stands before the bytes.
    static let headLength = 5
    static let maximumBytes = 65_535

    /// - Parameter bytes: at most ``maximumBytes``; more are cut.
    static func bytes(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes.prefix(maximumBytes))
        let length = UInt16(truncatingIfNeeded: bytes.count)
        let (low, high) = (UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8))
        return [0, low, high, ~low, ~high] + bytes
    }
}
