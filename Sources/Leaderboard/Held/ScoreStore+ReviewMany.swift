package import Board
package import NIOCore

/// What was said of several updates that wait, oldest first.
package struct ReviewedMany: Sendable, Equatable {
    /// One that goes on waiting, for what its own word would say: a bound, or a suspension.
    package struct Kept: Sendable, Equatable {
        package let held: HeldEntry
        package let why: Reviewed
    }

    package var released = 0
    package var rejected = 0
    package var kept: [Kept] = []
    /// There are more: behind this one.
    package var next: AuditID?
    /// The last of these.
    package var last: AuditID?
}

/// What waits and is meant.
package struct HeldSummary: Sendable, Equatable {
    package var updates = 0
    package var users: Set<UserID> = []
    /// The last of them.
    package var last: AuditID?
}

extension ScoreStore {
    /// Of one call.
    package static let reviewedAtOnce = 100
    /// A call begins no further one behind this.
    private static let longestReview = TimeAmount.seconds(5)

    /// Says the same of all that match, the oldest first: a hundred at most, or as many as five seconds take. Each is a step of its own; who
    /// was interrupted asks again, and goes on behind ``ReviewedMany/next``.
    /// - Parameters:
    ///   - id: those behind it.
    ///   - end: none behind that.
    ///   - wasMade: in milliseconds since 1970; none that was made later.
    package func reviewAll(
        _ filter: HeldFilter,
        _ word: ReviewWord,
        by act: OperatorAct,
        after id: AuditID = .zero,
        upto end: AuditID = .last,
        madeBy time: Int = .max,
        limit: Int = reviewedAtOnce,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> ReviewedMany {
        let page = try await held(filter, after: id, limit: limit, on: eventLoop)
        let meant = page.entries.filter { $0.id <= end && $0.time <= time }
        let readsAudit = word == .release && !board.definition.onlyAdds && meant.count > 1
        let readings = readsAudit ? try await readings(for: meant, on: eventLoop) : [:]
        var result = ReviewedMany()
        // (The audit is read once for all: however long that takes, it brings more than one of them on.)
        let start = NIODeadline.now()
        for (index, entry) in page.entries.enumerated() {
            guard entry.id <= end, entry.time <= time else { return result }
            switch try await review(entry, word, by: act, readings[entry.id], on: eventLoop) {
            case .released: result.released += 1
            case .rejected, .counted: result.rejected += 1
            case .gone: break
            case let why: result.kept.append(.init(held: entry, why: why))
            }
            result.last = entry.id
            let isLast = index == page.entries.count - 1
            if isLast ? page.next != nil : NIODeadline.now() - start > Self.longestReview {
                result.next = entry.id
                return result
            }
        }
        return result
    }

    /// What ``reviewAll(_:_:by:after:upto:madeBy:limit:on:)`` would be about.
    package func heldSummary(
        _ filter: HeldFilter,
        after id: AuditID = .zero,
        upto end: AuditID = .last,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HeldSummary {
        var (summary, after) = (HeldSummary(), id)
        while true {
            let page = try await held(filter, after: after, limit: Self.auditPageSize, on: eventLoop)
            for entry in page.entries where entry.id <= end {
                summary.updates += 1
                summary.users.insert(entry.user)
                summary.last = entry.id
            }
            guard let next = page.next, next < end else { return summary }
            after = next
        }
    }
}
