import NIOCore

extension ByteBuffer {
    /// The bytes behind the first `count`, of which there must be so many.
    func dropping(_ count: Int) -> ByteBuffer {
        var rest = self
        rest.moveReaderIndex(forwardBy: count)
        return rest
    }
}
