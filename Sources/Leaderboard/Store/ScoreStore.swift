package import Metrics
package import NIOCore
package import RedisClient

/// One board in Redis. Each call is one Redis function, so it happens as a whole or not at all, and is one round trip.
///
/// Holds no state of the board; any number of stores, in any number of processes, work on the same one.
package struct ScoreStore: Sendable {
    package let options: StoreOptions
    package let keys: BoardKeys
    private let redis: RedisClient
    private let loader: FunctionLoader
    let calls: StoreCalls

    package init(
        redis: RedisClient,
        options: StoreOptions,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.redis = redis
        self.options = options
        keys = BoardKeys(board: options.board)
        loader = FunctionLoader(redis: redis, metricsFactory: metricsFactory)
        calls = StoreCalls(keys: keys, options: options)
    }

    /// Raises a score, if everything allows it. With an idempotency key, an update whose outcome was lost with the
    /// connection is repeated once when Redis is back within ``StoreOptions/updateDeadline``.
    /// - Parameter withRank: costs Redis one look-up more.
    package func apply(
        _ update: ScoreUpdate,
        origin: UpdateOrigin,
        idempotencyKey: IdempotencyKey?,
        withRank: Bool,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        let start = ContinuousClock.now
        let command = calls.update(update, origin: origin, idempotencyKey: idempotencyKey, withRank: withRank)
        var reply: RESPValue?
        do {
            reply = try await send(command, on: eventLoop)
        } catch {
            let failure = ScoreStoreError(ofWrite: error)
            guard case .outcomeUnknown = failure, idempotencyKey != nil else { throw failure }
            reply = await repeated(command, until: start + options.updateDeadline, on: eventLoop)
            if reply == nil { throw failure }
        }
        guard let reply, let outcome = UpdateOutcome(reply: reply, rateLimit: options.rateLimit) else {
            throw .outcomeUnknown("unexpected reply")
        }
        return outcome
    }

    /// Gives the board its epoch, if it has none. Then an update that follows is a change like any other.
    package func begin(on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        _ = try await read(calls.begin(), on: eventLoop)
    }

    /// The rows from `offset` (0 is the best user), at most `limit` of them.
    package func standings(
        offset: Int,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> StandingsPage {
        let reply = try await read(calls.standings(offset: offset, limit: limit), on: eventLoop)
        guard let page = StandingsPage(reply: reply) else { throw .unavailable("unexpected reply") }
        return page
    }

    /// Where one user stands; nil if the user is not on the board.
    package func standing(
        of user: UserID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UserStanding? {
        let reply = try await read(calls.standing(of: user), on: eventLoop)
        guard let standing = UserStanding.fromReply(reply, user: user) else { throw .unavailable("unexpected reply") }
        return standing
    }

    /// For readiness: Redis answers and holds our functions, in this edition or a later one. Loads them if it does not.
    package func check(on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        do {
            try await loader.load(on: eventLoop)
        } catch {
            throw ScoreStoreError(ofRead: error)
        }
    }

    /// Sends a call of one of our functions. If Redis has lost them (a restart, a failover, FUNCTION FLUSH), they are
    /// loaded and the call is sent again: it was not executed.
    func send(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) -> RESPValue {
        // Once is nearly always enough; an operator who flushes twice meets the second.
        for _ in 0..<3 {
            do {
                return try await redis.send(command, on: eventLoop)
            } catch .refused(let refusal) where refusal.isFunctionNotFound {
                try await loader.load(on: eventLoop)
            }
        }
        return try await redis.send(command, on: eventLoop)
    }

    func read(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> RESPValue {
        do {
            return try await send(command, on: eventLoop)
        } catch {
            throw ScoreStoreError(ofRead: error)
        }
    }

    /// The reply to an update with an idempotency key whose first sending may have been executed; nil if that stays
    /// open. Waits for the connection to come back, then sends once.
    private func repeated(
        _ command: RedisCommand,
        until deadline: ContinuousClock.Instant,
        on eventLoop: any EventLoop
    ) async -> RESPValue? {
        while ContinuousClock.now < deadline {
            do {
                try await Task.sleep(for: .milliseconds(50))
                return try await send(command, on: eventLoop)
            } catch let error as RedisError where error.surelyNotExecuted {
                continue
            } catch {
                return nil
            }
        }
        return nil
    }
}
