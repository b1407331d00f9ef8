/// A caller who waits for a reply. To be resumed exactly once: whoever holds it (the pipeline, the batch of WAIT, the grace
/// period) lets go of it when it is resumed.
///
/// The tests run with the continuation that checks this. The release build has the one that does not, whose size the
/// compiler knows: an update is 2,000 instructions shorter.
@safe struct ReplyContinuation: Sendable {
    #if DEBUG
        private let continuation: CheckedContinuation<RedisConnection.Reply, Never>

        static func wait(_ body: (ReplyContinuation) -> Void) async -> RedisConnection.Reply {
            await withCheckedContinuation { body(ReplyContinuation(continuation: $0)) }
        }

        func resume(_ reply: RedisConnection.Reply) {
            continuation.resume(returning: reply)
        }
    #else
        private let continuation: UnsafeContinuation<RedisConnection.Reply, Never>

        static func wait(_ body: (ReplyContinuation) -> Void) async -> RedisConnection.Reply {
            // SAFETY: see above.
            await unsafe withUnsafeContinuation { unsafe body(ReplyContinuation(continuation: $0)) }
        }

        func resume(_ reply: RedisConnection.Reply) {
            unsafe continuation.resume(returning: reply)
        }
    #endif
}
