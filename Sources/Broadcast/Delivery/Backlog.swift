import NIOCore

/// How much may lie unsent for one subscriber: never more than `limit` bytes.
///
/// NIO's own water marks do the counting. Below `highMark` any frame fits, because no frame is longer than what is left
/// above it, and nothing has to be asked; only for a subscriber beyond the mark the exact number is looked up.
struct Backlog: Sendable, Equatable {
    let limit: Int
    var highMark: Int { limit / 2 }
    /// Drained to this, a subscriber that was left behind gets its snapshot.
    var lowMark: Int { limit / 8 }

    /// Those of a subscriber's channel.
    var marks: ChannelOptions.Types.WriteBufferWaterMark { .init(low: lowMark, high: highMark) }

    /// Whether a frame may be written. `isWritable` is the channel's: false from beyond the high mark to the low one.
    func admits(_ frameBytes: Int, isWritable: Bool, unsent: () -> Int) -> Bool {
        if isWritable, frameBytes <= limit - highMark { return true }
        return frameBytes <= limit - unsent()
    }
}
