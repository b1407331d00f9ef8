package import Metrics
package import NIOCore
package import RedisClient

/// One board in Redis. Each call is one Redis function, so it happens as a whole or not at all, and is one round trip.
///
/// Holds no state of the board; any number of stores, in any number of processes, work on the same one.
package struct ScoreStore: Sendable {
    package let options: StoreOptions
    package let keys: BoardKeys
    let redis: RedisCalls
    private let loader: FunctionLoader
    /// Closed while the user is known to lack a right that writes need.
    package let gate = WriteGate()
    let calls: StoreCalls

    package init(
        redis: RedisConnections,
        options: StoreOptions,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.options = options
        keys = options.keys
        loader = FunctionLoader(redis: redis, metricsFactory: metricsFactory)
        self.redis = RedisCalls(redis: redis, loader: loader, deadline: options.callDeadline)
        calls = StoreCalls(keys: keys, options: options)
    }

    /// Raises a score, if everything allows it. With an idempotency key, an update whose outcome was lost with the
    /// connection is repeated until Redis tells it, within ``StoreOptions/callDeadline``.
    /// - Parameters:
    ///   - grant: used up by the update, if that counts.
    ///   - withRank: costs Redis one look-up more.
    package func apply(
        _ update: ScoreUpdate,
        origin: UpdateOrigin,
        idempotencyKey: IdempotencyKey?,
        grant: ScoreGrant? = nil,
        withRank: Bool,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        guard gate.takesUpdates else { throw .unavailable(RedisError.notSent(.rightsMissing).description) }
        let command = calls.update(
            update,
            origin: origin,
            idempotencyKey: idempotencyKey,
            grant: grant,
            withRank: withRank
        )
        let reply: RESPValue
        do {
            reply = try await redis.send(
                command,
                isIdempotent: idempotencyKey != nil,
                isDurable: true,
                on: eventLoop
            )
        } catch {
            gate.met(error)
            throw ScoreStoreError(ofWrite: error)
        }
        guard let outcome = UpdateOutcome(reply: reply, rateLimit: options.rateLimit) else {
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

    /// For readiness: Redis would take an update, and holds our functions, in this edition or a later one. Loads them if it
    /// does not. One round trip.
    package func check(on eventLoop: any EventLoop) async throws(RedisError) {
        guard try await !loader.isWritable(calls.writable(), on: eventLoop) else { return }
        try await loader.load(on: eventLoop)
        _ = try await loader.isWritable(calls.writable(), on: eventLoop)
    }

    /// For readiness to read: Redis answers, and holds our functions or takes them. One round trip.
    package func checkReading(on eventLoop: any EventLoop) async throws(RedisError) {
        try await loader.load(on: eventLoop)
    }

    /// What another writer put into the board's keys.
    package func unsoundKeys(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> UnsoundKeys {
        let reply = try await read(StoreCalls.soundness(of: keys), on: eventLoop)
        guard let unsound = UnsoundKeys(reply, of: keys) else { throw .unavailable("unexpected reply") }
        return unsound
    }

    /// Loads the functions on every server that may need them: in a cluster, all primaries. Whether all of them have them.
    package func bringFunctions(on eventLoop: any EventLoop) async -> Bool {
        let isHere: Void? = try? await loader.load(on: eventLoop)
        let isEverywhere = await loader.spread(on: eventLoop)
        return isHere != nil && isEverywhere
    }

    /// For a call that writes, and would count twice: see ``RedisCalls``.
    func send(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) -> RESPValue {
        guard gate.takesOperations else { throw .notSent(.rightsMissing) }
        do {
            return try await redis.send(command, isIdempotent: false, isDurable: true, on: eventLoop)
        } catch {
            gate.met(error)
            throw error
        }
    }

    func read(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> RESPValue {
        do {
            return try await redis.send(command, isIdempotent: true, on: eventLoop)
        } catch {
            throw ScoreStoreError(ofRead: error)
        }
    }
}
