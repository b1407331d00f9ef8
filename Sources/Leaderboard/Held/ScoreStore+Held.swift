import Board
package import NIOCore
import RedisClient

// The review queue of a board (`Functions/held.lua`).
extension ScoreStore {
    /// Those that wait behind `id`, oldest first. Reads all that wait, at most, a page at a time.
    package func held(
        _ filter: HeldFilter = HeldFilter(),
        after id: AuditID = .zero,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HeldPage {
        let waiting = try await read(RedisCommand("XLEN", keys.held), on: eventLoop).count ?? 0
        var (found, seen) = ([HeldEntry](), id)
        while true {
            let page = try await auditPage(of: keys.held, after: seen, on: eventLoop)
            for entry in page {
                if let held = HeldEntry(entry), filter.matches(held) {
                    if found.count == limit { return HeldPage(entries: found, next: seen, waiting: waiting) }
                    found.append(held)
                }
                seen = entry.id
            }
            guard page.count == Self.auditPageSize else {
                return HeldPage(entries: found, next: nil, waiting: waiting)
            }
        }
    }

    /// The one that waits under this id; nil: none does.
    package func held(_ id: AuditID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> HeldEntry? {
        try await auditEntries(of: keys.held, from: id.description, to: id.description, count: 1, on: eventLoop)
            .first.flatMap(HeldEntry.init)
    }

    /// Nothing of this user's waits any more. May be repeated.
    func eraseHeld(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        _ = try await writeRepeatably(
            RedisCommand("FCALL", "leaderboard_erase_held", "2", keys.held, keys.holding, user.rawValue),
            on: eventLoop
        )
    }
}
