import Board
import NIOCore
import RedisClient

/// The keys of a board that is being deleted.
struct DeletedBoard {
    /// What the key of the definition has meanwhile (`Functions/delete.lua`): no definition, so that no update is taken.
    static let mark = Array(#"{"deleting":true}"#.utf8)
    /// Longer names are none of ours: a user id, whose `:` takes three bytes, and an idempotency key.
    private static let longestRest = 3 * UserID.maximumLength + IdempotencyKey.maximumBytes + 16

    let keys: BoardKeys

    func call(version: String?, withData: Bool) -> RedisCommand {
        let names = [keys.board] + keys.named
        var call = RedisCommand("FCALL", "leaderboard_delete", String(names.count))
        for name in names { call.append(name) }
        for word in [version ?? "", keys.channel, withData ? "1" : "0"] { call.append(word) }
        return call
    }

    /// Takes away what is kept for single users, and last the mark.
    func clear(_ functions: FunctionCalls, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        let prefix = keys.name("")
        let longest = String(prefix.utf8.count + Self.longestRest)
        var cursor = "0"
        repeat {
            let call = RedisCommand("FCALL_RO", "leaderboard_keys", "1", keys.board, prefix, longest, cursor, "1000")
            let page = try ScanPage(reply: try await ask(functions, call, on: eventLoop))
            let found = page.words.compactMap(\.text).filter { $0 != keys.board }
            if !found.isEmpty { _ = try await ask(functions, Self.unlink(found), on: eventLoop) }
            cursor = page.next
        } while cursor != "0"
        _ = try await ask(functions, Self.unlink([keys.board]), on: eventLoop)
    }

    /// Each may be asked twice.
    private func ask(
        _ functions: FunctionCalls,
        _ command: RedisCommand,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        do {
            return try await functions.send(command, isIdempotent: true, isDurable: true, on: eventLoop)
        } catch { throw ScoreStoreError(ofWrite: error) }
    }

    private static func unlink(_ names: [String]) -> RedisCommand {
        var command = RedisCommand("UNLINK")
        for name in names { command.append(name) }
        return command
    }
}
