/// A caller who waits for a reply, or who is told it. To be resumed exactly once: whoever holds it (the pipeline, the batch of WAIT,
/// the grace period, a group of updates) lets go of it when it is resumed.
///
/// The tests run with the continuation that checks this. The release build has the one that does not, whose size the
/// compiler knows: an update is 2,000 instructions shorter.
@safe package struct ReplyContinuation: Sendable {
    package typealias Reply = Result<RESPValue, RedisError>

    #if DEBUG
        private typealias Continuation = CheckedContinuation<Reply, Never>
    #else
        private typealias Continuation = UnsafeContinuation<Reply, Never>
    #endif

    private enum Caller {
        case task(Continuation)
        case function(@Sendable (Reply) -> Void)
    }

    private let caller: Caller

    /// - Parameter tell: called on the connection's loop.
    init(_ tell: @escaping @Sendable (Reply) -> Void) {
        caller = .function(tell)
    }

    private init(_ continuation: Continuation) {
        caller = .task(continuation)
    }

    package static func wait(_ body: (ReplyContinuation) -> Void) async -> Reply {
        #if DEBUG
            await withCheckedContinuation { body(ReplyContinuation($0)) }
        #else
            // SAFETY: see above.
            await unsafe withUnsafeContinuation { unsafe body(ReplyContinuation($0)) }
        #endif
    }

    package func resume(_ reply: Reply) {
        switch caller {
        case .task(let continuation):
            #if DEBUG
                continuation.resume(returning: reply)
            #else
                unsafe continuation.resume(returning: reply)
            #endif
        case .function(let tell): tell(reply)
        }
    }
}
