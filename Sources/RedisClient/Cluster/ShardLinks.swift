import Logging
import NIOCore

/// The connections of one loop to one primary. Owned by its event loop.
///
/// Writes that wait for a replica (``Durability/replicated``) have one of their own: Redis answers nothing else on a connection
/// meanwhile, and a read waits for no replica.
final class ShardLinks {
    /// What the links of a client are made of.
    struct Plan: Sendable {
        let endpoint: RedisEndpoint
        let options: RedisOptions
        let logger: Logger
        let onReconnect: @Sendable () -> Void
    }

    let shard: Shard
    private let plain: RedisLink
    /// Nil where no write waits for a replica.
    private let replicated: RedisLink?
    private let eventLoop: any EventLoop
    /// Of the shard, where this is the loop that looks after it.
    private var watch: PrimaryWatch?

    init(_ plan: Plan, _ shard: Shard, eventLoop: any EventLoop) {
        self.shard = shard
        self.eventLoop = eventLoop
        func link(_ ready: ReadyCount) -> RedisLink {
            RedisLink(
                endpoint: plan.endpoint,
                surroundings: shard.surroundings,
                options: plan.options,
                eventLoop: eventLoop,
                logger: plan.logger,
                greeting: Greeting.list(plan.endpoint, plan.options),
                onChange: { isReady in ready.add(isReady ? 1 : -1) },
                onReconnect: plan.onReconnect
            )
        }
        plain = link(shard.ready)
        replicated = plan.options.durability == .replicated ? link(shard.readyReplicated) : nil
    }

    /// Before it starts; on one of the shard's loops only.
    func lookAfterShard(_ plan: Plan) {
        let watch = PrimaryWatch(
            endpoint: plan.endpoint,
            options: plan.options,
            surroundings: shard.surroundings,
            link: plain,
            eventLoop: eventLoop,
            logger: plan.logger
        )
        self.watch = watch
        let (bound, loop) = (NIOLoopBound(WeakWatch(watch: watch), eventLoop: eventLoop), eventLoop)
        shard.surroundings.primary.onGeneration { loop.execute { bound.value.watch?.begins() } }
        shard.surroundings.primary.onDoubt { loop.execute { bound.value.watch?.isInDoubt() } }
    }

    /// - Parameter patience: see ``RedisLink/start(patience:)``.
    func start(patience: Duration = .zero) {
        plain.start(patience: patience)
        replicated?.start(patience: patience)
        watch?.start()
    }

    func send(_ command: RedisCommand, isDurable: Bool, _ continuation: ReplyContinuation) {
        guard isDurable, let replicated else { return plain.send(command, .caller(continuation)) }
        if let quorum = shard.surroundings.quorum, !quorum.canBeMet {
            return continuation.resume(.failure(.notSent(.tooFewReplicas)))
        }
        replicated.send(command, .replicated(continuation))
    }

    func stop() -> EventLoopFuture<Void> {
        var parts = [plain.stop()]
        if let replicated { parts.append(replicated.stop()) }
        if let watch { parts.append(watch.stop()) }
        return EventLoopFuture.andAllComplete(parts, on: eventLoop)
    }
}

/// Who tells the watch something does not keep it.
private struct WeakWatch {
    weak var watch: PrimaryWatch?
}
