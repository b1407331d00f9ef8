package import Metrics
package import NIOCore
package import RedisClient

/// One Redis and our functions in it, for the calls of all boards: one for a process. Sends them, and repeats what can be repeated
/// within ``StoreOptions/callDeadline``.
///
/// - Redis lost our functions (a restart, a failover, FUNCTION FLUSH): they are loaded, and the call goes again.
/// - It was the wrong server, or the slot is on its way to another: the call goes again, on the new connection.
/// - An idempotent call whose outcome is unknown goes again until the deadline, however long Redis is away.
/// - Redis is away: the client has waited a moment for it (``RedisOptions/reconnectGrace``); the call fails at once.
///
/// Never repeated: a call that may have been executed, and would count twice.
package final class FunctionCalls: Sendable {
    let redis: RedisConnections
    let loader: FunctionLoader
    /// Closed while the user is known to lack a right that writes need.
    package let gate = WriteGate()
    /// What calls meet on boards that another writer has written to.
    package let reports = BoardReports()
    let walks = SharedWalks()
    let options: StoreOptions
    private let groups: [ObjectIdentifier: NIOLoopBoundBox<TickGroups>]

    private static let shortestPause = Duration.milliseconds(5)
    private static let longestPause = Duration.milliseconds(100)

    package init(
        redis: RedisConnections,
        options: StoreOptions,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.redis = redis
        self.options = options
        loader = FunctionLoader(redis: redis, metricsFactory: metricsFactory)
        groups = redis.eventLoops.reduce(into: [:]) { groups, loop in
            groups[ObjectIdentifier(loop)] = .makeBoxSendingValue(
                TickGroups(redis: redis, eventLoop: loop),
                eventLoop: loop
            )
        }
    }

    /// - Parameters:
    ///   - isIdempotent: sent twice, it has the effect of once.
    ///   - isDurable: see ``RedisConnections/send(_:isDurable:on:)``.
    func send(
        _ command: RedisCommand,
        isIdempotent: Bool,
        isDurable: Bool = false,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> RESPValue {
        let start = NIODeadline.now()
        do {
            return try await redis.send(command, isDurable: isDurable, on: eventLoop)
        } catch {
            return try await sendAgain(command, after: error, since: start, isIdempotent: isIdempotent, on: eventLoop) {
                () async throws(RedisError) in
                try await redis.send(command, isDurable: isDurable, on: eventLoop)
            }
        }
    }

    /// Of a call that sent twice has the effect of once.
    func sendRepeatably(
        _ command: RedisCommand,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        do { return try await send(command, isIdempotent: true, on: eventLoop) } catch {
            throw ScoreStoreError(ofRepeatable: error)
        }
    }

    /// Sends an update with those of its board that come in the same tick (``TickGroups``). Its reply is its own outcome, or, in an
    /// array, the answer for the whole group. What holds for a call holds for each update of a group: those that are repeated make
    /// a group again.
    func send(
        _ call: UpdateCall,
        by head: WriteHead,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> RESPValue {
        guard let groups = groups[ObjectIdentifier(eventLoop)] ?? groups[ObjectIdentifier(redis.eventLoop)] else {
            throw .notSent(.stopped)
        }
        let start = NIODeadline.now()
        do {
            return try await Self.add(call, by: head, to: groups)
        } catch {
            return try await sendAgain(call, by: head, to: groups, after: error, since: start, on: eventLoop)
        }
    }

    /// The same for who is no task; who is told of an error goes on with ``again(_:by:after:since:on:)``.
    /// - Parameter tell: called once, on the event loop.
    /// - Returns: false where nothing was sent, and nothing will be told: the loop has no connections of its own.
    func begin(
        _ call: UpdateCall,
        by head: WriteHead,
        on eventLoop: any EventLoop,
        _ tell: @escaping @Sendable (ReplyContinuation.Reply) -> Void
    ) -> Bool {
        guard let groups = groups[ObjectIdentifier(eventLoop)] else { return false }
        groups.value.add(call, by: head, ReplyContinuation(tell))
        return true
    }

    /// Repeats an update that was begun, if that may be. Ends by the deadline of a call.
    func again(
        _ call: UpdateCall,
        by head: WriteHead,
        after first: RedisError,
        since start: NIODeadline,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> RESPValue {
        guard let groups = groups[ObjectIdentifier(eventLoop)] else { throw first }
        return try await sendAgain(call, by: head, to: groups, after: first, since: start, on: eventLoop)
    }

    private func sendAgain(
        _ call: UpdateCall,
        by head: WriteHead,
        to groups: NIOLoopBoundBox<TickGroups>,
        after first: RedisError,
        since start: NIODeadline,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> RESPValue {
        try await sendAgain(
            head.function,
            after: first,
            since: start,
            isIdempotent: call.idempotencyKey != nil,
            on: eventLoop
        ) { () async throws(RedisError) in try await Self.add(call, by: head, to: groups) }
    }

    private static func add(
        _ call: UpdateCall,
        by head: WriteHead,
        to groups: NIOLoopBoundBox<TickGroups>
    ) async throws(RedisError) -> RESPValue {
        let reply = await ReplyContinuation.wait { continuation in
            if groups.eventLoop.inEventLoop {
                groups.value.add(call, by: head, continuation)
            } else {
                groups.eventLoop.execute { groups.value.add(call, by: head, continuation) }
            }
        }
        return try reply.get()
    }

    /// For a call that writes, and would count twice.
    func operate(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) -> RESPValue {
        guard gate.takesOperations else { throw .notSent(.rightsMissing) }
        do {
            return try await send(command, isIdempotent: false, isDurable: true, on: eventLoop)
        } catch {
            gate.met(error)
            throw error
        }
    }

    /// Loads the functions on every server that may need them: in a cluster, all primaries. Whether all of them have them.
    package func bringFunctions(on eventLoop: any EventLoop) async -> Bool {
        let isHere: Void? = try? await loader.load(for: RedisCommand("PING"), on: eventLoop)
        let isEverywhere = await loader.spread(on: eventLoop)
        return isHere != nil && isEverywhere
    }

    // Not in line: it would double the frame of each call, which a task then has to allocate by itself.
    @inline(never)
    private func sendAgain(
        _ command: RedisCommand,
        after first: RedisError,
        since start: NIODeadline,
        isIdempotent: Bool,
        on eventLoop: any EventLoop,
        _ send: () async throws(RedisError) -> RESPValue
    ) async throws(RedisError) -> RESPValue {
        let deadline = start + TimeAmount(options.callDeadline)
        var last = first
        // Set once the call may have been executed: no later refusal makes that undone.
        var unknown: RedisError?
        var pause = Self.shortestPause
        while true {
            if !last.isSurelyNotExecuted { unknown = unknown ?? last }
            let remedy = last.remedy(isIdempotent: isIdempotent, mayBeExecuted: unknown != nil)
            guard remedy != .none, NIODeadline.now() + TimeAmount(pause) < deadline else { throw unknown ?? last }
            do {
                switch remedy {
                case .loadFunctions: try await loader.load(for: command, on: eventLoop)
                default: try? await Task.sleep(for: pause)
                }
                return try await send()
            } catch {
                last = error
            }
            pause = min(pause * 2, Self.longestPause)
            if Task.isCancelled { throw unknown ?? last }
        }
    }
}

private enum Remedy {
    case none, loadFunctions, later
}

extension RedisError {
    fileprivate func remedy(isIdempotent: Bool, mayBeExecuted: Bool) -> Remedy {
        switch self {
        case .refused(let refusal) where refusal.isFunctionMissing: .loadFunctions
        case .refused(let refusal) where refusal.isWrongServer || refusal.isSlotMoving: .later
        case .notSent(.disconnected) where mayBeExecuted: .later
        case .notSent(.tooFewReplicas) where mayBeExecuted: .later
        case .outcomeUnknown where isIdempotent: .later
        default: .none
        }
    }
}
