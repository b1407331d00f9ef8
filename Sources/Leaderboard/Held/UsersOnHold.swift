package import Board
package import NIOCore
import RedisClient
import Text

/// A user on hold, with who said so.
package struct UserOnHold: Sendable, Equatable {
    package let user: UserID
    package let hand: HeldByHand
}

extension ScoreStore {
    /// Who is on hold, by their ids, behind `user`; and behind whom there are more. Reads all of them, a page at a time.
    package func usersOnHold(
        after user: UserID? = nil,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> (users: [UserOnHold], next: UserID?) {
        var found: [String: HeldByHand] = [:]
        try await forEachHold(of: keys, on: eventLoop) { found[$0] = $1 }
        let behind = user?.rawValue ?? ""
        let names = found.keys.filter { $0 > behind }.sorted()
        let users = names.prefix(limit).compactMap { name in
            (try? UserID(name)).flatMap { user in found[name].map { UserOnHold(user: user, hand: $0) } }
        }
        return (users, names.count > limit ? users.last?.user : nil)
    }
}
