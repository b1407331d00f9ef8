import Text
package import Board
package import NIOCore
import RedisClient

/// What an erasure did.
package struct Erased: Sendable, Equatable {
    package let user: UserID
    /// Stands in the audit where the name was. It is random: nothing leads from it to the name.
    package let pseudonym: String
    /// Entries of the audit that named the user.
    package var auditEntries = 0
    /// Outcomes that were stored for idempotency keys.
    package var idempotencyKeys = 0
}

/// What an erasure takes away.
enum ErasureReach {
    case everything
    /// What a restore brought back of who had been erased: on the board, in its seasons and its audit. What of the user is there of since the
    /// first erasure, and no restore touches, stays: updates that wait for review, membership, outcomes, what they say of themselves.
    /// - Parameter had: the score that the backup has of the user, who is not on the board; nil: none, or it is not known.
    case restored(had: Int?)
}

extension ScoreStore {
    /// Entries that one step replaces: a few milliseconds of Redis.
    private static let eraseBatch = 500
    private static let unlinkedAtOnce = 1000
    /// How often the erased entries are read anew because others are erased meanwhile.
    private static let maximumErasureReads = 3
    /// How often an erasure is made again because the board was restored meanwhile.
    private static let maximumErasures = 5

    /// Takes the user off the board, out of all seasons, ended ones too, and out of the audit, which reads all of it twice, a page at a time. A suspension stays.
    /// Updates that come meanwhile count in full. May be repeated: if it was interrupted, the next one does the rest.
    ///
    /// What is kept of an entry is its hash, which was made over the name, the address and the request's id as well. Who
    /// guesses all of them can see that he guessed right: the id of the request is what keeps him from it, for those that
    /// the server makes cannot be guessed. One that the client chose (`X-Request-Id`) protects as well as it was chosen.
    /// Entries in which the user is the operator (`actor`) stay: who did what to others is what the audit is for.
    package func erase(
        _ user: UserID,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Erased {
        try await erase(user, .everything, by: act, on: eventLoop)
    }

    func erase(
        _ user: UserID,
        _ reach: ErasureReach,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Erased {
        var result = Erased(user: user, pseudonym: Self.pseudonym(.random(in: .min ... .max)))
        for _ in 0..<Self.maximumErasures {
            let epoch = try await eraseOnce(&result, reach, by: act, on: eventLoop)
            if try await endErasure(of: user, in: epoch, on: eventLoop) { return result }
        }
        throw .unavailable("the board is restored again and again: erase the user when that is over")
    }

    /// All of it, but its end.
    ///
    /// - Returns: the epoch of the board that the user was taken off.
    private func eraseOnce(
        _ result: inout Erased,
        _ reach: ErasureReach,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> String {
        let user = result.user
        let kept = try await keptSeasons(on: eventLoop)
        let isFirst =
            try await writeRepeatably(RedisCommand("SADD", keys.erasing, user.rawValue), on: eventLoop).count == 1
        let reply: [RESPValue]
        do {
            let words = [result.pseudonym, reach.had]
            reply = try await operateInSeasons("erase", user, by: act, words, on: eventLoop)
        } catch {
            // Nothing was written, so nothing has begun; unless somebody else is at it, or was.
            if error.isSurelyNotExecuted, isFirst {
                _ = try? await writeRepeatably(RedisCommand("SREM", keys.erasing, user.rawValue), on: eventLoop)
            }
            throw error
        }
        guard reply.count == 4, let end = reply[1].text.flatMap(AuditID.init), let reached = reply[2].text,
            let epoch = reply[3].text
        else {
            throw .outcomeUnknown("unexpected reply")
        }
        let entries = try await eraseAudit(of: user, as: result.pseudonym, upto: end, on: eventLoop)
        result.auditEntries += entries
        try await erase(user, from: kept, butFor: reached, on: eventLoop)
        guard case .everything = reach else { return epoch }
        let outcomes = try await eraseOutcomes(of: user, on: eventLoop)
        result.idempotencyKeys += outcomes
        // (In the sets of users of an address the name stands no longer than its place there lasts: a day and 90 minutes at most.)
        _ = try await writeRepeatably(RedisCommand("UNLINK", keys.pace(user)), on: eventLoop)
        try await eraseMetadata(of: user, on: eventLoop)
        try await eraseHeld(of: user, on: eventLoop)
        _ = try await dismiss(user, on: eventLoop)
        _ = try await writeRepeatably(
            RedisCommand("FCALL", "leaderboard_erase_frozen", "1", keys.frozen, user.rawValue),
            on: eventLoop
        )
        return epoch
    }

    /// - Returns: how many it were.
    private func eraseOutcomes(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        let outcomes = try await storedOutcomes(of: user, on: eventLoop)
        var count = 0
        for start in stride(from: 0, to: outcomes.count, by: Self.unlinkedAtOnce) {
            let names = outcomes[start..<min(start + Self.unlinkedAtOnce, outcomes.count)]
            var command = RedisCommand("UNLINK")
            for name in names { command.append(name) }
            count += min(try await writeRepeatably(command, on: eventLoop).count ?? 0, names.count)
        }
        return count
    }

    /// - Returns: false where the board has another epoch now: it may be one that was restored, with the user.
    private func endErasure(
        of user: UserID,
        in epoch: String,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        let loading = BoardKeys(loadingInto: board.id, in: keys.space)
        var call = RedisCommand("FCALL", "leaderboard_end_erasure", "4", keys.erasing, keys.epoch)
        for word in [loading.lease, loading.erasing, user.rawValue, epoch] { call.append(word) }
        return try await writeRepeatably(call, on: eventLoop).array?.first?.text == "done"
    }

    /// Always as long: whoever copies it out of a list sees where it ends.
    static func pseudonym(_ number: UInt64) -> String {
        "erased-" + number.hexadecimal(digits: 16)
    }

    /// - Returns: how many entries were replaced.
    func eraseAudit(
        of user: UserID,
        as pseudonym: String,
        upto end: AuditID,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        var places = ErasurePlaces(erased: ErasedEntries(try await erasedEntries(on: eventLoop)))
        var reads = 1
        var count = 0
        var seen = AuditID.zero
        while seen < end {
            let page = try await auditPage(after: seen, upto: end, on: eventLoop)
            var words: [String] = []
            for entry in page {
                defer { places.pass(entry) }
                guard entry.names(user.rawValue), entry.action != .erased else { continue }
                var before = places.before(entry)
                if before == .broken, reads < Self.maximumErasureReads {
                    places.learn(ErasedEntries(try await erasedEntries(on: eventLoop)))
                    reads += 1
                    before = places.before(entry)
                }
                words += [entry.id.description, before.text]
            }
            for start in stride(from: 0, to: words.count, by: 2 * Self.eraseBatch) {
                let batch = words[start..<min(start + 2 * Self.eraseBatch, words.count)]
                let call = calls.eraseEntries(of: user, as: pseudonym, batch)
                do {
                    count += min(try await functions.operate(call, on: eventLoop).count ?? 0, batch.count)
                } catch {
                    throw ScoreStoreError(ofWrite: error)
                }
            }
            guard let last = page.last else { break }
            seen = last.id
        }
        return count
    }

    /// Users whose erasure has begun, and has not ended.
    func erasing(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Set<String> {
        try await users(of: keys.erasing, on: eventLoop)
    }

    /// What erasures have left so far, in no order.
    func erasedEntries(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [ErasedEntry] {
        var erased: [ErasedEntry] = []
        var seen = AuditID.zero
        while true {
            let page = try await auditPage(after: seen, on: eventLoop)
            erased += page.compactMap(\.erased)
            guard page.count == Self.auditPageSize, let last = page.last else { return erased }
            seen = last.id
        }
    }
}

extension ErasureReach {
    /// As `leaderboard_erase` is told it.
    fileprivate var had: String {
        guard case .restored(let had?) = self else { return "" }
        return String(had)
    }
}
