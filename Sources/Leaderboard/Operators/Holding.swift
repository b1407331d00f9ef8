package import Board
package import NIOCore
import RedisClient

/// What the board holds of one user, at one moment of the audit.
package struct Holding: Sendable, Equatable {
    /// The audit's last entry then.
    package let at: AuditID
    package let score: Int?
    /// 1 is best.
    package let rank: Int?
    /// Or hidden.
    package let isSuspended: Bool
    /// The user is suspended so that only they themselves see it not: they go on scoring (`Functions/aside.lua`).
    package let isHidden: Bool
    /// The score that is kept while the user is suspended.
    package let withheld: Int?
    /// When the token bucket is full again, in microseconds since 1970; nil if it is.
    package let bucketFullAt: Int?
    /// Where users have stamps: seq of the change by which the user reached the score; 0: before all who came to it later.
    let reached: Int?

    /// The score that counts, shown or withheld. What is withheld of a user who is not suspended is left over.
    package var anyScore: Int? { isSuspended ? withheld ?? score : score ?? withheld }

    init?(reply: RESPValue) {
        guard let fields = reply.array, fields.count >= 6, let at = fields[0].text.flatMap(AuditID.init) else {
            return nil
        }
        self.at = at
        score = fields[1].score
        rank = fields[2].count
        isSuspended = fields[3].integer == 1
        withheld = fields[4].score
        bucketFullAt = fields[5].count
        reached = fields.count > 6 ? fields[6].count : nil
        isHidden = fields.count > 7 && fields[7].integer == 1
    }
}

extension ScoreStore {
    package func holding(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Holding {
        let reply = try await read(calls.holding(of: user), on: eventLoop)
        guard let holding = Holding(reply: reply) else { throw .unavailable("unexpected reply") }
        return holding
    }

    /// The same of a season.
    func holding(
        of user: UserID,
        in season: SeasonKeys,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Holding {
        let reply = try await read(calls.holding(of: user, in: season), on: eventLoop)
        guard let holding = Holding(reply: reply) else { throw .unavailable("unexpected reply") }
        return holding
    }
}

/// All that is kept of one user.
package struct UserExport: Sendable {
    package let user: UserID
    package let holding: Holding
    /// Of all seasons that are kept and that hold a score of the user.
    package let seasons: [SeasonHolding]
    /// Those that the user is in, on the board or not.
    package let segments: [Segment]
    package let metadata: KeptMetadata
    /// An erasure has begun, and has not ended: it goes on, or it was interrupted.
    package let isBeingErased: Bool
    /// Of which updates the outcomes are stored for a retry.
    package let idempotencyKeys: [String]
    /// Oldest first.
    package let audit: [AuditEntry]
    /// There are more entries than an export holds; the audit's pages have them.
    package let isCut: Bool
}

extension ScoreStore {
    /// Entries of the audit in one export.
    private static let maximumExportEntries = 100_000

    /// Reads the whole audit and looks through all keys, a page at a time.
    package func export(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> UserExport {
        let holding = try await holding(of: user, on: eventLoop)
        let isBeingErased = try await erasing(on: eventLoop).contains(user.rawValue)
        let seasons = try await seasonHoldings(of: user, on: eventLoop)
        let segments = try await segments(of: user, on: eventLoop)
        let metadata = try await keptMetadata(of: user, on: eventLoop)
        var audit: [AuditEntry] = []
        var seen = AuditID.zero
        while seen < holding.at, audit.count <= Self.maximumExportEntries {
            let page = try await auditPage(after: seen, on: eventLoop)
            audit += page.filter { $0.names(user.rawValue) }
            guard let last = page.last else { break }
            seen = last.id
        }
        let prefix = keys.idemPrefix(user)
        let idempotencyKeys = try await storedOutcomes(of: user, on: eventLoop).map {
            String($0.dropFirst(prefix.utf8.count))
        }
        return UserExport(
            user: user,
            holding: holding,
            seasons: seasons,
            segments: segments,
            metadata: metadata,
            isBeingErased: isBeingErased,
            idempotencyKeys: idempotencyKeys,
            audit: Array(audit.prefix(Self.maximumExportEntries)),
            isCut: audit.count > Self.maximumExportEntries
        )
    }

    /// The keys of the user's stored outcomes on this board, each once. A walk through all keys, which calls for the same user share: on a Redis
    /// without a cluster it is the same for all boards.
    func storedOutcomes(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [String] {
        let own = keys.idemPrefix(user)
        let prefix =
            functions.redis.isCluster
            ? own : BoardKeys(board: "*", in: functions.options.keySpace).idemPrefix(user)
        let longest = own.utf8.count + IdempotencyKey.maximumBytes
        let found = await functions.walks.names(prefix) { () async -> SharedWalks.Found in
            var names: Set<String> = []
            do throws(ScoreStoreError) {
                let rest = BoardID.maximumLength + IdempotencyKey.maximumBytes
                try await forEachKey(beginningWith: prefix, longestRest: rest, on: eventLoop) { names.formUnion($0) }
            } catch { return .failure(error) }
            return .success(Array(names))
        }
        return try found.get().filter { $0.hasPrefix(own) && $0.utf8.count <= longest }.sorted()
    }

    /// Looks through all keys of Redis, 1,000 at a time; one may come twice. `prefix` holds nothing special in a pattern. A key that
    /// has more behind it than an idempotency key may have is none of ours.
    func forEachKey(
        beginningWith prefix: String,
        longestRest: Int = BoardKeys.longestIdemRest,
        on eventLoop: any EventLoop,
        _ body: ([String]) async throws(ScoreStoreError) -> Void
    ) async throws(ScoreStoreError) {
        var cursor = "0"
        repeat {
            let longest = String(prefix.utf8.count + longestRest)
            let call = RedisCommand("FCALL_RO", "leaderboard_keys", "1", keys.scores, prefix, longest, cursor, "1000")
            let page = try ScanPage(reply: try await read(call, on: eventLoop))
            let names = page.words.compactMap(\.text)
            if !names.isEmpty { try await body(names) }
            cursor = page.next
        } while cursor != "0"
    }
}
