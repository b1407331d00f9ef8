import Leaderboard
import NIOCore

/// What the users of some rows say of themselves, in the order of the rows.
enum SaidByUsers: Sendable {
    case notAsked
    /// Nil: nothing.
    case each([UserMetadata?])

    /// `,"metadata":{…}`, or nothing. It is JSON that we wrote.
    func member(of row: Int) -> String {
        guard case .each(let all) = self, all.indices.contains(row), let metadata = all[row], !metadata.isEmpty else {
            return ""
        }
        return #","metadata":\#(metadata.json)"#
    }
}

extension ScoreStore {
    /// - Parameters:
    ///   - users: those of the rows.
    ///   - isAsked: false: Redis is not asked.
    func saidBy(
        _ users: [String],
        isAsked: Bool,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SaidByUsers {
        isAsked ? .each(try await metadata(of: users, on: eventLoop)) : .notAsked
    }
}
