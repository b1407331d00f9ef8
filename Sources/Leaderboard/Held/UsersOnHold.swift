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
    private static let holdsAtOnce = "1000"

    /// Who is on hold, by their ids, behind `user`; and behind whom there are more. Reads all of them, a page at a time.
    package func usersOnHold(
        after user: UserID? = nil,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> (users: [UserOnHold], next: UserID?) {
        var (found, cursor) = ([String: HeldByHand](), "0")
        repeat {
            let call = RedisCommand("HSCAN", keys.holding, cursor, "MATCH", "hold *", "COUNT", Self.holdsAtOnce)
            let page = try ScanPage(reply: try await read(call, on: eventLoop))
            for index in stride(from: 0, to: page.words.count - 1, by: 2) {
                guard let name = page.words[index].text?.cut(at: " ").1,
                    let hand = page.words[index + 1].text.flatMap(HeldByHand.init(stored:))
                else { continue }
                found[String(name)] = hand
            }
            cursor = page.next
        } while cursor != "0"
        let behind = user?.rawValue ?? ""
        let names = found.keys.filter { $0 > behind }.sorted()
        let users = names.prefix(limit).compactMap { name in
            (try? UserID(name)).flatMap { user in found[name].map { UserOnHold(user: user, hand: $0) } }
        }
        return (users, names.count > limit ? users.last?.user : nil)
    }
}
