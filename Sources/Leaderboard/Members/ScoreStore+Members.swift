package import Board
package import NIOCore
import RedisClient

/// How one user stands to a board that is not for everybody.
package struct UserRights: Sendable, Equatable {
    /// And not hidden, which nobody is told.
    package let isSuspended: Bool
    /// On the list of members.
    package let isMember: Bool
}

/// Whether somebody was put on the list of members.
package enum Admission: Sendable, Equatable {
    case admitted, wasMember, noBoard
    /// The list has as many as it may have.
    case full(Int)
}

/// The list of a board's members, which its operators keep. The board's audit does not tell of it: nobody's score depends on it.
extension ScoreStore {
    /// Of one board.
    package static let maximumMembers = 100_000
    /// Whose rights are asked for in one call: some tens of microseconds of Redis.
    private static let rightsAtOnce = 500

    package func isMember(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        try await read(RedisCommand("ZSCORE", keys.members, user.rawValue), on: eventLoop) != .null
    }

    /// In the order of the users.
    package func rights(
        of users: [UserID],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [UserRights] {
        var found: [UserRights] = []
        for start in stride(from: 0, to: users.count, by: Self.rightsAtOnce) {
            let some = users[start..<min(start + Self.rightsAtOnce, users.count)]
            var (suspended, members) = (
                RedisCommand("SMISMEMBER", keys.suspended), RedisCommand("ZMSCORE", keys.members)
            )
            for user in some {
                suspended.append(user.rawValue)
                members.append(user.rawValue)
            }
            for user in some { suspended.append(Self.hiddenMember(user.rawValue)) }
            guard let suspensions = try await read(suspended, on: eventLoop).array,
                let scores = try await read(members, on: eventLoop).array,
                suspensions.count == 2 * some.count, scores.count == some.count
            else { throw .unavailable("unexpected reply") }
            let hidden = suspensions[some.count...]
            found += zip(zip(suspensions, hidden), scores).map { words, score in
                UserRights(isSuspended: words.0.integer != 0 && words.1.integer != 1, isMember: score != .null)
            }
        }
        return found
    }

    package func admit(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Admission {
        let call = RedisCommand(
            "FCALL",
            "leaderboard_admit",
            "2",
            keys.board,
            keys.members,
            user.rawValue,
            String(Self.maximumMembers),
            board.source == .board ? "0" : "1"
        )
        switch try await writeRepeatably(call, on: eventLoop).text {
        case "done": return .admitted
        case "unchanged": return .wasMember
        case "full": return .full(Self.maximumMembers)
        case "no_board": return .noBoard
        default: throw .unavailable("unexpected reply")
        }
    }

    /// - Returns: false if the user was not on the list.
    package func dismiss(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        try await writeRepeatably(RedisCommand("ZREM", keys.members, user.rawValue), on: eventLoop).integer == 1
    }

    /// Those behind `after`, by their names.
    package func members(
        after: UserID?,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [UserID] {
        let begin = after.map { "(\($0)" } ?? "-"
        let call = RedisCommand("ZRANGE", keys.members, begin, "+", "BYLEX", "LIMIT", "0", String(limit))
        guard let found = try await read(call, on: eventLoop).array else { throw .unavailable("unexpected reply") }
        return found.compactMap { $0.text.flatMap { try? UserID($0) } }
    }
}
