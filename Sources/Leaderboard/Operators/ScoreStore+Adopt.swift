package import Board
package import NIOCore
import RedisClient

/// What an adoption takes into the audit, and what it leaves.
package struct Adoption: Sendable {
    /// A user whose score is another than the audit says.
    package struct Item: Sendable, Equatable {
        package let user: UserID
        /// What the audit adds up to; nil: no entry names the user.
        let sum: PointsSum?
        /// Points of before the user's first entry. Nil: there is no first entry.
        let unaudited: Int?
    }

    /// By user.
    package let items: [Item]
    /// By user: whose suspension or place among equals is not what the audit says, or who has no score any more. That is put right first, by a rebuild.
    package let left: [UserID]
    let seen: AuditID

    /// - Parameters:
    ///   - report: of a verification that has just ended.
    ///   - takesLosses: that somebody has no score any more is adopted, too: it was meant.
    package init(_ report: AuditReport, takesLosses: Bool = false) {
        var items: [UserID: Item] = [:]
        var left: Set<UserID> = []
        for difference in report.differences {
            if difference.hasWrongSuspension || difference.isMisplaced
                || difference.lacksScore && !takesLosses
            {
                left.insert(difference.user)
            } else {
                items[difference.user] = Item(user: difference.user, sum: difference.auditAtEnd.sum, unaudited: 0)
            }
        }
        for points in report.unexplained {
            guard let user = try? UserID(points.user), !left.contains(user) else { continue }
            let unaudited = points.auditAtEnd.map { _ in points.points }
            items[user] = Item(user: user, sum: points.auditAtEnd, unaudited: unaudited)
        }
        self.items = items.values.sorted { $0.user.rawValue < $1.user.rawValue }
        self.left = left.sorted { $0.rawValue < $1.rawValue }
        seen = report.seen
    }
}

extension ScoreStore {
    /// Members of a set that are looked at in one step.
    private static let setAsideStep = 1000

    /// Takes what another service wrote into the audit: the users keep the scores that they have, and an entry (`adopt`) for each says
    /// by how much it is beside what the audit adds up to. Of a suspended user, what was written meanwhile does not count.
    ///
    /// 500 users are one atomic step, which viewers are told of once; more are several, and who was interrupted asks again.
    package func adopt(
        _ adoption: Adoption,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        var since = ChangesSince(adoption.seen)
        var rest = adoption.items[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.repairBatch)
            var words = [since.seen.description]
            for item in batch {
                let sum = try since.sum(of: item.user, atEnd: item.sum)
                let unaudited = since.unaudited(of: item.user, atEnd: item.unaudited)
                words.append(contentsOf: [item.user.rawValue, sum, String(unaudited)])
            }
            let call = calls.operation("adopt", user: nil, by: act, words)
            guard try await isDone(call, &since, on: eventLoop) else { continue }
            rest = rest.dropFirst(batch.count)
            if !rest.isEmpty { try await readOn(&since, on: eventLoop) }
        }
    }

    /// Moves all members that are no user ids to ``BoardKeys/foreign``, off the board and from among the withheld scores.
    /// - Returns: how many they were.
    package func setAsideAll(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        var moved = 0
        for key in [keys.scores, keys.withheld] {
            var cursor = SetAside.start
            repeat {
                do {
                    let step = try await setAside(of: key, from: cursor, lookingAt: Self.setAsideStep, on: eventLoop)
                    moved += step.moved
                    cursor = step.cursor
                } catch { throw ScoreStoreError(ofRepeatable: error) }
            } while cursor != SetAside.start
        }
        return moved
    }

    /// The same of one season: off it.
    func setAsideAll(of season: SeasonKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        var (moved, cursor) = (0, SetAside.start)
        repeat {
            do {
                let step = try await setAside(of: season, from: cursor, lookingAt: Self.setAsideStep, on: eventLoop)
                moved += step.moved
                cursor = step.cursor
            } catch { throw ScoreStoreError(ofRepeatable: error) }
        } while cursor != SetAside.start
        return moved
    }
}
