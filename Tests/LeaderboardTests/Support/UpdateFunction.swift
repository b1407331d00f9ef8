import Board
import NIOCore
import RedisClient
import Testing

@testable import Leaderboard

/// By which function an update goes: the service's own, or the one that other services call. They mean the same.
enum UpdateFunction: String, CaseIterable {
    case write, update
}

extension TestBoard {
    /// As another service adds to a score.
    func applyByUpdate(
        _ update: BoardUpdate,
        key: IdempotencyKey?,
        withRank: Bool,
        on loop: any EventLoop
    ) async throws -> UpdateOutcome {
        let (names, user) = (keys, update.user)
        var all = [names.scores, names.audit, names.suspended, names.seq, names.epoch, names.chain, names.limit(user)]
        if let key { all.append(names.idem(user, key)) }
        let (limit, options) = (store.board.definition.rateLimit, store.functions.options)
        let lifetime = Int(options.idempotencyLifetime / .milliseconds(1))
        let words = [
            user.rawValue, "\(update.value)", "\(limit.updates)", "\(limit.tokenTime)", "\(options.auditMaxEntries)",
            "\(lifetime)", withRank ? "1" : "0", names.channel, "192.0.2.1", "request-1",
        ]
        var call = RedisCommand("FCALL", "leaderboard_update", "\(all.count)")
        for word in all + words { call.append(word) }
        do {
            let reply = try await store.functions.send(call, isIdempotent: key != nil, on: loop)
            return try #require(UpdateOutcome(reply: reply, rateLimit: limit))
        } catch let error as RedisError {
            throw ScoreStoreError(ofWrite: error)
        }
    }
}
