package import Board
package import NIOCore
package import RedisClient

/// One board in Redis. Each call is one Redis function, so it happens as a whole or not at all, and is one round trip.
///
/// Holds no state of the board; any number of stores, in any number of processes, work on the same one. To make another one of the
/// same ``FunctionCalls`` asks nobody.
package struct ScoreStore: Sendable {
    package let functions: FunctionCalls
    package let board: StoredBoard
    /// It reads a board that is frozen as well.
    private(set) var seesFrozen = false

    /// - Parameter definition: as its key has it, unless `source` says otherwise.
    package init(
        _ functions: FunctionCalls,
        _ id: BoardID,
        _ definition: BoardDefinition,
        from source: StoredBoard.Source = .board
    ) {
        self.functions = functions
        board = StoredBoard(id, definition, from: source, options: functions.options)
    }

    init(_ functions: FunctionCalls, _ board: StoredBoard) {
        self.functions = functions
        self.board = board
    }

    /// ``BoardID/main`` as the environment says it is.
    package init(mainOf functions: FunctionCalls) {
        self.init(functions, .main, functions.options.definition, from: .environment)
    }

    /// For an operator, or for a user to see their own place.
    package func seeingFrozen() -> ScoreStore {
        var store = self
        store.seesFrozen = true
        return store
    }

    package var keys: BoardKeys { board.keys }
    var calls: StoreCalls { board.calls }

    /// Changes a score, if everything allows it. With an idempotency key, an update whose outcome was lost with the
    /// connection is repeated until Redis tells it, within ``StoreOptions/callDeadline``.
    /// - Parameters:
    ///   - grant: used up by the update, if that counts.
    ///   - hand: nil: it is the user's own.
    ///   - withRank: costs Redis one look-up more.
    package func apply(
        _ update: BoardUpdate,
        origin: UpdateOrigin,
        idempotencyKey: IdempotencyKey?,
        grant: ScoreGrant? = nil,
        by hand: OtherHand? = nil,
        withRank: Bool,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        try await apply(
            UpdateCall(
                update: update,
                origin: origin,
                idempotencyKey: idempotencyKey,
                grant: grant,
                withRank: withRank,
                hand: hand
            ),
            on: eventLoop
        )
    }

    package func apply(
        _ call: UpdateCall,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        guard functions.gate.takesUpdates else { throw .unavailable(RedisError.notSent(.rightsMissing).description) }
        if let seasons = board.seasons { return try await apply(call, in: seasons, on: eventLoop) }
        return try outcome(try await send(call, by: board.writeHead, on: eventLoop), by: call.hand)
    }

    /// The same for who is no task.
    /// - Parameter tell: called once, on the event loop.
    /// - Returns: false where nothing was sent, and nothing will be told: ``apply(_:on:)`` has to be asked. So it is of a board with
    ///   windows that end.
    package func begin(
        _ call: UpdateCall,
        on eventLoop: any EventLoop,
        _ tell: @escaping @Sendable (Result<UpdateOutcome, ScoreStoreError>) -> Void
    ) -> Bool {
        guard board.seasons == nil, functions.gate.takesUpdates else { return false }
        let start = NIODeadline.now()
        return functions.begin(call, by: board.writeHead, on: eventLoop) { reply in
            switch reply {
            case .success(let value):
                do throws(ScoreStoreError) { tell(.success(try outcome(value, by: call.hand))) } catch {
                    tell(.failure(error))
                }
            case .failure(let error):
                Task {
                    let outcome = await again(call, after: error, since: start, on: eventLoop)
                    eventLoop.execute { tell(outcome) }
                }
            }
        }
    }

    private func again(
        _ call: UpdateCall,
        after first: RedisError,
        since start: NIODeadline,
        on eventLoop: any EventLoop
    ) async -> Result<UpdateOutcome, ScoreStoreError> {
        let value: RESPValue
        do {
            value = try await functions.again(call, by: board.writeHead, after: first, since: start, on: eventLoop)
        } catch { return .failure(failed(error)) }
        do { return .success(try outcome(value, by: call.hand)) } catch { return .failure(error) }
    }

    /// - Parameter hand: whose update it was.
    func outcome(_ reply: RESPValue, by hand: OtherHand?) throws(ScoreStoreError) -> UpdateOutcome {
        guard let outcome = UpdateOutcome(reply: reply, rateLimit: rateLimit(of: hand)) else {
            throw .outcomeUnknown("unexpected reply")
        }
        return outcome
    }

    private func rateLimit(of hand: OtherHand?) -> RateLimit {
        switch hand {
        case .service(_, let limit), .stream(_, let limit): limit
        case .operator, nil: board.definition.rateLimit
        }
    }

    func send(
        _ call: UpdateCall,
        by head: WriteHead,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        do {
            return try await functions.send(call, by: head, on: eventLoop)
        } catch {
            throw failed(error)
        }
    }

    private func failed(_ error: RedisError) -> ScoreStoreError {
        functions.gate.met(error, isUpdate: true)
        functions.reports.met(error, on: board.id)
        return ScoreStoreError(ofWrite: error)
    }

    /// Gives the board its epoch, if it has none. Then an update that follows is a change like any other.
    package func begin(on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        _ = try await writeRepeatably(calls.begin(), on: eventLoop)
    }

    /// The rows from `offset` (0 is the best user), at most `limit` of them.
    package func standings(
        offset: Int,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Snapshot {
        let reply = try await read(calls.standings(offset: offset, limit: limit), on: eventLoop)
        guard let page = Snapshot(reply: reply) else { throw .unavailable("unexpected reply") }
        return page
    }

    /// Where one user stands.
    package func standing(
        of user: UserID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UserStanding {
        let reply = try await read(calls.standing(of: user), on: eventLoop)
        guard let standing = UserStanding(reply: reply, user: user) else { throw .unavailable("unexpected reply") }
        return standing
    }

    /// For readiness: Redis would take an update, and holds our functions, in this edition or a later one. Loads them if it
    /// does not. One round trip.
    package func check(on eventLoop: any EventLoop) async throws(RedisError) {
        let (loader, call) = (functions.loader, calls.writable())
        guard try await !loader.isWritable(call, on: eventLoop) else { return }
        try await loader.load(for: call, on: eventLoop)
        _ = try await loader.isWritable(call, on: eventLoop)
    }

    /// For readiness to read: Redis answers, and holds our functions or takes them. One round trip.
    package func checkReading(on eventLoop: any EventLoop) async throws(RedisError) {
        try await functions.loader.load(for: calls.writable(), on: eventLoop)
    }

    /// What another writer put into the board's keys.
    package func unsoundKeys(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> UnsoundKeys {
        let reply = try await read(StoreCalls.soundness(of: keys), on: eventLoop)
        guard let unsound = UnsoundKeys(reply, of: keys) else { throw .unavailable("unexpected reply") }
        return unsound
    }

    /// A call that changes nothing.
    func read(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> RESPValue {
        do { return try await functions.send(command, isIdempotent: true, on: eventLoop) } catch {
            functions.reports.met(error, on: board.id)
            throw ScoreStoreError(ofRepeatable: error)
        }
    }

    /// A call that changes something, and sent twice has the effect of once: whom it fails may make it again.
    func writeRepeatably(
        _ command: RedisCommand,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        try await read(command, on: eventLoop)
    }
}
