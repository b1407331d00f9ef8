/// A caller who waits for a reply, or who is told it. To be resumed exactly once: whoever holds it (the pipeline, the batch of WAIT,
/// the grace period, a group of updates) lets go of it when it is resumed.
///
/// The tests run with the continuation that checks this. The release build has the one that does not, whose size the
/// compiler knows: an update is 2,000 instructions shorter.
package struct ReplyContinuation: Sendable {
    package typealias Reply = Result<RESPValue, RedisError>

    private enum Caller {
        case task(WaitingTask)
        case function(@Sendable (Reply) -> Void)
    }

    private let caller: Caller

    /// - Parameter tell: called on the connection's loop.
    package init(_ tell: @escaping @Sendable (Reply) -> Void) {
        caller = .function(tell)
    }

    private init(_ task: WaitingTask) {
        caller = .task(task)
    }

    package static func wait(_ body: (ReplyContinuation) -> Void) async -> Reply {
        await WaitingTask.wait { body(ReplyContinuation($0)) }
    }

    package func resume(_ reply: Reply) {
        switch caller {
        case .task(let task): task.resume(reply)
        case .function(let tell): tell(reply)
        }
    }
}

/// A task that waits for its reply.
@safe private struct WaitingTask: Sendable {
    #if DEBUG
        private typealias Continuation = CheckedContinuation<ReplyContinuation.Reply, Never>
    #else
        private typealias Continuation = UnsafeContinuation<ReplyContinuation.Reply, Never>
    #endif

    private let continuation: Continuation

    private init(_ continuation: Continuation) {
        #if DEBUG
            self.continuation = continuation
        #else
            unsafe self.continuation = continuation
        #endif
    }

    static func wait(_ body: (WaitingTask) -> Void) async -> ReplyContinuation.Reply {
        #if DEBUG
            await withCheckedContinuation { body(WaitingTask($0)) }
        #else
            // SAFETY: whoever holds it resumes it exactly once, see above.
            await unsafe withUnsafeContinuation { unsafe body(WaitingTask($0)) }
        #endif
    }

    func resume(_ reply: ReplyContinuation.Reply) {
        #if DEBUG
            continuation.resume(returning: reply)
        #else
            unsafe continuation.resume(returning: reply)
        #endif
    }
}
