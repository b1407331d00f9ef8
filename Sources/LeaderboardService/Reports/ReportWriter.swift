import Board
import HTTPServer
import Leaderboard
import NIOCore

/// What all updates of a batch share.
struct ReportBatch: Sendable {
    let board: BoardID
    let token: VerifiedToken
    let wantsRank: Bool
    let attempt: UpdateAttempt
    let request: Request
}

/// What became of one update of a batch.
struct ReportOutcome {
    let id: IdempotencyKey?
    let result: Result<TakenUpdate, Refusal>
}

/// Makes the updates of a batch, in groups as large as a call to Redis may be: each is as on the path of its board.
struct ReportWriter: Sendable {
    /// So many are handed over at once, at most: those of one call.
    static let maximumWishes = 64

    let boards: RequestedBoard
    let writer: ScoreWriter

    /// The outcomes in the order of the wishes.
    func outcomes(of wishes: [ReportWish], _ batch: ReportBatch) async -> [ReportOutcome] {
        var outcomes: [ReportOutcome] = []
        outcomes.reserveCapacity(wishes.count)
        for start in stride(from: 0, to: wishes.count, by: Self.maximumWishes) {
            let group = wishes[start..<min(start + Self.maximumWishes, wishes.count)]
            outcomes += await self.outcomes(ofGroup: Array(group), batch)
        }
        return outcomes
    }

    /// Of the service on the board, as the last of the updates that was held against it has left it. Nil: none was.
    func bucket(after outcomes: [ReportOutcome], _ batch: ReportBatch) async -> BucketState? {
        for outcome in outcomes.reversed() {
            switch outcome.result {
            case .failure(let refusal): if let bucket = refusal.bucket { return bucket }
            case .success(let taken):
                let store = try? await boards.toWrite(batch.board, isFresh: false, on: batch.request.eventLoop)
                guard let store,
                    case .service(_, let limit)? = try? writer.reporters.service(batch.token, reportingOn: store.board)
                else { return nil }
                return RateLimitHeaders(limit, of: "service").bucket(taken.rateLimit)
            }
        }
        return nil
    }

    private func outcomes(ofGroup wishes: [ReportWish], _ batch: ReportBatch) async -> [ReportOutcome] {
        var results = [ReportOutcome?](repeating: nil, count: wishes.count)
        var waiting = Array(wishes.indices)
        // Once, unless the board's definition changes meanwhile.
        for isAgain in boards.catalogue.tries(of: batch.board) {
            do throws(Refusal) {
                waiting = try await write(waiting, of: wishes, isFresh: isAgain, batch, &results)
            } catch {
                for place in waiting { results[place] = ReportOutcome(id: wishes[place].id, result: .failure(error)) }
                waiting = []
            }
            if waiting.isEmpty { break }
        }
        return zip(wishes, results).map { wish, outcome in
            let outcome = outcome ?? ReportOutcome(id: wish.id, result: .failure(.storeUnavailable))
            if case .failure(let refusal) = outcome.result { writer.refused(refusal, batch.attempt) }
            return outcome
        }
    }

    /// - Returns: those of the places that go again, as the board is another one than it was found to be.
    private func write(
        _ places: [Int],
        of wishes: [ReportWish],
        isFresh: Bool,
        _ batch: ReportBatch,
        _ results: inout [ReportOutcome?]
    ) async throws(Refusal) -> [Int] {
        let request = batch.request
        let store = try await boards.toWrite(batch.board, isFresh: isFresh, on: request.eventLoop)
        try await boards.allowWriting(store, batch.token, on: request.eventLoop)
        let hand = try writer.reporters.service(batch.token, reportingOn: store.board)
        var (updates, sent): ([ReportedUpdate], [Int]) = ([], [])
        for place in places {
            let read = wishes[place].read(store.board.definition)
            switch read.update {
            case .success(let update):
                updates.append(ReportedUpdate(update, read.id))
                sent.append(place)
            case .failure(let refusal): results[place] = ReportOutcome(id: read.id, result: .failure(refusal))
            }
        }
        guard !updates.isEmpty else { return [] }
        if let unmade = UnmadeBoard(store) { try await boards.makeRoom(for: unmade, batch.token.subject, request) }
        var rest = updates[...]
        while !rest.isEmpty {
            let outcomes = await store.report(
                rest,
                by: hand,
                origin: batch.attempt.origin,
                withRank: batch.wantsRank,
                on: request.eventLoop
            )
            for (update, outcome) in zip(rest, outcomes) {
                let wanted = WantedUpdate(
                    store: store,
                    board: batch.board,
                    call: UpdateCall(
                        update: update.update,
                        origin: batch.attempt.origin,
                        idempotencyKey: update.idempotencyKey,
                        withRank: batch.wantsRank,
                        hand: hand
                    )
                )
                guard let result = result(outcome, wanted, batch) else { return Array(sent.suffix(rest.count)) }
                results[sent[sent.count - rest.count]] = ReportOutcome(id: update.idempotencyKey, result: result)
                rest = rest.dropFirst()
            }
        }
        return []
    }

    /// Nil: the board is another one, and this was not written, nor any behind it.
    private func result(
        _ outcome: ReportedOutcome,
        _ wanted: WantedUpdate,
        _ batch: ReportBatch
    ) -> Result<TakenUpdate, Refusal>? {
        do throws(Refusal) {
            switch outcome {
            case .failure(let error): return .failure(Refusal(error))
            case .success(let outcome):
                return try writer.taken(outcome, wanted).map { .success($0) }
            }
        } catch {
            return .failure(error)
        }
    }
}
