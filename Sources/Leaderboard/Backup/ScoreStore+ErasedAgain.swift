import Board
import NIOCore
import RedisClient
import Text

/// A board was restored, and its audit names users again who had been erased since the backup.
package struct UnfinishedErasure: Error, CustomStringConvertible {
    /// In the order of their names.
    let users: [String]
    let reason: String

    package var description: String {
        "the board is restored, but its audit names \(users.firstNames), who had been erased since, and could not be again (\(reason)): "
            + "leaderboard admin erase does it"
    }
}

/// Users of a backup who were erased since, and are again.
struct ErasedAgain {
    var users: Set<String> = []
    /// Those among others whose first erasure had not ended.
    var unfinished: Set<String> = []
    /// What the backup has of them.
    private var scores: [String: Int] = [:]

    /// - Returns: the line without what concerns one of `erased`; nil: all of it does. What the audit tells is taken from it later.
    mutating func keep(_ line: BackupLine, from erased: Set<String>) -> BackupLine? {
        switch line {
        case .score(let user, let score, _) where erased.contains(user),
            .withheld(let user, let score, _) where erased.contains(user):
            scores[user] = score
            return nil
        case .segments(let user, _) where erased.contains(user), .inSeason(let user, _, _) where erased.contains(user),
            .withheldInSeason(let user, _, _) where erased.contains(user):
            return nil
        case .onHold(let user, let hand) where erased.contains(user): return .onHold(user: user, hand.withoutReason)
        default: return line
        }
    }

    func reach(of user: String) -> ErasureReach {
        unfinished.contains(user) ? .everything : .restored(had: scores[user])
    }
}

extension ScoreStore {
    /// Of a board that was restored: its audit names them. So it may some more, whose erasure ended, or began, while it was loaded.
    /// - Returns: who was erased, in the order of their names.
    func eraseAgain(
        _ erased: ErasedAgain,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(UnfinishedErasure) -> [String] {
        let known = erased.users.sorted()
        let noted: Set<String>
        do { noted = try await erasing(on: eventLoop) } catch {
            throw UnfinishedErasure(users: known, reason: "\(error)")
        }
        let users = erased.users.union(noted.subtracting(erased.unfinished)).sorted()
        for (index, user) in users.enumerated() {
            do { _ = try await erase(UserID(user), erased.reach(of: user), by: act, on: eventLoop) } catch {
                throw UnfinishedErasure(users: Array(users[index...]), reason: "\(error)")
            }
        }
        return users
    }
}
