package import NIOCore
import RedisClient

/// What became of one update of a batch.
package typealias ReportedOutcome = Result<UpdateOutcome, ScoreStoreError>

// Many updates of one board that one service reports at once. They go in groups as large as a call may have, one group behind the
// other, so that they count in their order also where one has to go again.
extension ScoreStore {
    /// The outcomes of the first of the updates, at least one, in their order: of one group. No call is repeated that may have counted
    /// without a key, so those with one and those without are groups of their own, and so is one that names its season.
    /// - Parameter updates: at least one.
    package func report(
        _ updates: ArraySlice<ReportedUpdate>,
        by hand: OtherHand,
        origin: UpdateOrigin,
        withRank: Bool,
        on eventLoop: any EventLoop
    ) async -> [ReportedOutcome] {
        guard let first = updates.first else { return [] }
        guard first.update.season == nil else {
            do throws(ScoreStoreError) {
                let outcome = try await apply(
                    first.update,
                    origin: origin,
                    idempotencyKey: first.idempotencyKey,
                    by: hand,
                    withRank: withRank,
                    on: eventLoop
                )
                return [.success(outcome)]
            } catch {
                return [.failure(error)]
            }
        }
        let hasKey = first.idempotencyKey != nil
        let alike = updates.prefix { ($0.idempotencyKey != nil) == hasKey && $0.update.season == nil }
        let calls = alike.prefix(UpdateGroup.maximumUpdates).map { reported in
            UpdateCall(
                update: reported.update,
                origin: origin,
                idempotencyKey: reported.idempotencyKey,
                grant: nil,
                withRank: withRank,
                hand: hand
            )
        }
        return await outcomes(of: calls, areRepeatable: hasKey, on: eventLoop)
    }

    private func outcomes(
        of calls: [UpdateCall],
        areRepeatable: Bool,
        on eventLoop: any EventLoop
    ) async -> [ReportedOutcome] {
        guard functions.gate.takesUpdates else {
            return Array(
                repeating: .failure(.unavailable(RedisError.notSent(.rightsMissing).description)),
                count: calls.count
            )
        }
        for _ in 0..<Self.maximumTries {
            guard let head = board.seasons.map(\.head) ?? board.writeHead else { break }
            let group = UpdateGroup(head)
            for call in calls {
                guard group.takes(call) else { break }
                group.add(call)
            }
            let count = group.count
            let reply: RESPValue
            do {
                reply = try await functions.send(
                    group.take().call,
                    isIdempotent: areRepeatable,
                    isDurable: true,
                    on: eventLoop
                )
            } catch {
                return Array(repeating: .failure(met(error)), count: count)
            }
            if let seasons = board.seasons, let answer = SeasonsAnswer(reply) {
                seasons.learn(answer)
                guard seasons.closed(at: answer.now) != nil else { continue }
                // What the board takes before its time and behind it is told of each by itself.
                return await closedOutcome(of: calls, seasons, on: eventLoop)
            }
            return outcomes(of: calls.prefix(count), reply)
        }
        return [.failure(.unavailable("the seasons of the board are others each time"))]
    }

    private func closedOutcome(
        of calls: [UpdateCall],
        _ seasons: BoardSeasons,
        on eventLoop: any EventLoop
    ) async -> [ReportedOutcome] {
        guard let call = calls.first else { return [] }
        do throws(ScoreStoreError) { return [.success(try await apply(call, in: seasons, on: eventLoop))] } catch {
            return [.failure(error)]
        }
    }

    private func outcomes(of calls: ArraySlice<UpdateCall>, _ reply: RESPValue) -> [ReportedOutcome] {
        switch GroupReply(reply, count: calls.count) {
        case .each(let outcomes):
            return zip(calls, outcomes).map { call, outcome in
                if case .error(let refusal) = outcome { return .failure(met(.refused(refusal))) }
                do throws(ScoreStoreError) { return .success(try self.outcome(outcome, by: call.hand)) } catch {
                    return .failure(error)
                }
            }
        case .all(let answer):
            return calls.map { call in
                do throws(ScoreStoreError) { return .success(try outcome(.array([answer]), by: call.hand)) } catch {
                    return .failure(error)
                }
            }
        case nil: return calls.map { _ in .failure(.outcomeUnknown("unexpected reply")) }
        }
    }

    private func met(_ error: RedisError) -> ScoreStoreError {
        functions.gate.met(error, isUpdate: true)
        functions.reports.met(error, on: board.id)
        return ScoreStoreError(ofWrite: error)
    }
}
