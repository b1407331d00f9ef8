import NIOCore

/// A request whose body is still coming.
struct IncomingRequest {
    let head: RequestHead
    let match: Router.Match
    /// When its first byte came.
    let began: NIODeadline
    /// Empty once it is longer than the route takes: the rest is counted and dropped.
    private var bytes = ByteBuffer()
    /// What has come, or was announced if that is more.
    private(set) var length: Int
    private var received = 0

    init(head: RequestHead, router: Router, began: NIODeadline) {
        self.head = head
        self.began = began
        match = router.match(head.line.method, head.line.path)
        length = head.framing.length ?? 0
    }

    var body: Request.Body {
        length > match.maximumBodyBytes ? .tooLarge : .complete(bytes)
    }

    /// So many bytes are to come next, at least: of a chunk its size tells.
    /// - Returns: false when it is not worth waiting for them.
    mutating func announce(_ count: Int, maximumDropped: Int) -> Bool {
        let maximum = max(match.maximumBodyBytes, maximumDropped)
        guard count > maximum - received else { return true }
        length = max(length, maximum + 1)
        bytes = ByteBuffer()
        return false
    }

    /// - Returns: false when it is not worth waiting for the rest.
    mutating func append(_ part: ByteBuffer, maximumDropped: Int) -> Bool {
        received += part.readableBytes
        length = max(length, received)
        guard length > match.maximumBodyBytes else {
            // Nearly always a body comes in one piece, which is kept as it is.
            if bytes.readableBytes == 0 { bytes = part } else { bytes.writeImmutableBuffer(part) }
            return true
        }
        bytes = ByteBuffer()
        return received <= max(match.maximumBodyBytes, maximumDropped)
    }
}
