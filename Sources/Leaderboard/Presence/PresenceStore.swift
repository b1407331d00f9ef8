import Board
package import NIOCore
import RedisClient
package import Seasons
import Text

/// How many watch boards, over all instances (`Functions/presence.lua`): each says how many do through it, and asks of the others.
package struct PresenceStore: Sendable {
    private let functions: FunctionCalls
    /// Of this instance.
    private let instance = String(UInt64.random(in: .min ... .max), radix: 16)

    package init(_ functions: FunctionCalls) {
        self.functions = functions
    }

    /// - Parameters:
    ///   - window: as its name; nil: the one that never ends.
    ///   - viewers: 0: none do any more.
    ///   - lifetime: for so long it counts, unless it is said again.
    package func say(
        _ viewers: Int,
        of board: BoardID,
        window: String?,
        for lifetime: Duration,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        var call = RedisCommand("FCALL", "leaderboard_presence", "1", key(of: board), instance, window ?? "")
        call.append(max(0, viewers))
        call.append(max(1, Int(clamping: lifetime / .milliseconds(1))))
        _ = try await functions.sendRepeatably(call, on: eventLoop)
    }

    /// How many watch through other instances. Where Redis does not tell, those of this instance are all that is known: 0.
    package func viewersElsewhere(of board: BoardID, _ window: WindowName?, on eventLoop: any EventLoop) async -> Int {
        let words = window.map { "\($0)" } ?? ""
        let call = RedisCommand("FCALL_RO", "leaderboard_viewers", "1", key(of: board), instance, words)
        return (try? await functions.sendRepeatably(call, on: eventLoop).count) ?? 0
    }

    private func key(of board: BoardID) -> String {
        BoardKeys(board: board.rawValue, in: functions.options.keySpace).viewers
    }
}
