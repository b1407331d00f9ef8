import Glibc

extension UnsafeRawBufferPointer {
    /// Whether the two hold the same bytes. What a sequence's `elementsEqual` would ask byte by byte is 880 instructions of the
    /// 78,000 of an update.
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let start = baseAddress, let others = other.baseAddress else { return true }
        // SAFETY: both are as long as the one count says.
        return unsafe memcmp(start, others, count) == 0
    }
}
