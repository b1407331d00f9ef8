import Board
import NIOCore
import RedisClient
import Text

/// A board was restored, and users who had been erased since the backup are on it again.
package struct UnfinishedErasure: Error, CustomStringConvertible {
    /// In the order of their names.
    let users: [String]
    let reason: String

    package var description: String {
        "the board is restored, but \(users.firstNames) had been erased since, and could not be again (\(reason)): "
            + "leaderboard admin erase does it"
    }
}

extension ScoreStore {
    private static let begunAtOnce = 500

    /// From here on they are among those whose erasure has begun, whoever ends it.
    func beginErasures(of users: [String], on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        for start in stride(from: 0, to: users.count, by: Self.begunAtOnce) {
            var call = RedisCommand("SADD", keys.erasing)
            for user in users[start..<min(start + Self.begunAtOnce, users.count)] { call.append(user) }
            _ = try await writeRepeatably(call, on: eventLoop)
        }
    }

    /// Of a board that was restored: its audit, and its seasons, name them.
    func eraseAgain(
        _ users: [String],
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(UnfinishedErasure) {
        for (index, user) in users.enumerated() {
            do { _ = try await erase(UserID(user), by: act, on: eventLoop) } catch {
                throw UnfinishedErasure(users: Array(users[index...]), reason: "\(error)")
            }
        }
    }
}
