import Text
import Leaderboard
import NIOCore
import RedisClient

/// Whether Redis would find our writes again when it starts next.
///
/// It replays its append-only file as the user `default`, and Redis 7.0 to 8.4 (Valkey before 9.1) asks the ACL again at each EXEC:
/// where `default` lacks a right, all that a function wrote is left out, and the board is empty after a restart. Nothing tells of
/// it before.
enum ReplayRights: Equatable {
    case complete
    /// A command or a key that `default` may not use.
    case missing(String)
    /// It has some rights, of which nobody told whether they are enough.
    case partial(String)
    /// This user may not look.
    case unknown

    /// What our functions write, with arguments that `ACL DRYRUN` takes for a call.
    private static func writes(_ keys: BoardKeys) -> [[String]] {
        [
            ["SET", keys.seq, "1"], ["ZINCRBY", keys.scores, "1", "user"], ["ZADD", keys.scores, "1", "user"],
            ["ZREM", keys.scores, "user"], ["XADD", keys.audit, "*", "user", "user"], ["XDEL", keys.audit, "1-1"],
            ["SADD", keys.suspended, "user"], ["SREM", keys.suspended, "user"], ["MSET", keys.seq, "1"],
            ["DEL", keys.seq], ["UNLINK", keys.seq], ["RENAME", keys.seq, keys.seq],
        ]
    }

    /// Asks the server, by whichever of three commands the user may give.
    static func ask(_ redis: RedisConnections, _ keys: BoardKeys, on eventLoop: any EventLoop) async -> ReplayRights {
        if let tried = await dryRun(redis, keys, on: eventLoop) { return tried }
        let isExpected: @Sendable (RedisRefusal) -> Bool = { _ in true }
        let user = try? await redis.send(
            RedisCommand("ACL", "GETUSER", "default"),
            expecting: isExpected,
            on: eventLoop
        )
        if let fields = user?.array, !fields.isEmpty { return of(rules: rules(ofUser: fields)) }
        let list = try? await redis.send(RedisCommand("ACL", "LIST"), expecting: isExpected, on: eventLoop)
        let lines = list?.array?.compactMap(\.text) ?? []
        let prefix = "user default "
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }) else { return .unknown }
        return of(rules: line.dropFirst(prefix.count).words.map(String.init))
    }

    /// Nil where the user may not try it.
    private static func dryRun(_ redis: RedisConnections, _ keys: BoardKeys, on eventLoop: any EventLoop) async
        -> ReplayRights?
    {
        for words in writes(keys) {
            var command = RedisCommand("ACL", "DRYRUN", "default")
            for word in words { command.append(word) }
            let answer = try? await redis.send(command, expecting: { _ in true }, on: eventLoop)
            guard let answer = answer?.text else { return nil }
            if answer != "OK" { return .missing(words[0]) }
        }
        return .complete
    }

    /// The commands and keys of `ACL GETUSER`: names and values in turn, the values texts or lists of texts.
    private static func rules(ofUser fields: [RESPValue]) -> [String] {
        zip(fields, fields.dropFirst()).flatMap { name, value -> [String] in
            guard let name = name.text, name == "commands" || name == "keys" else { return [] }
            let words = value.text.map { [$0] } ?? value.array?.compactMap(\.text) ?? []
            let rules = words.flatMap { $0.words.map(String.init) }
            // As Redis 6 has it, without the sign.
            return name == "keys" ? rules.map { $0.hasPrefix("~") || $0.hasPrefix("%") ? $0 : "~\($0)" } : rules
        }
    }

    /// Of rules as `ACL LIST` shows them. Only all of it, and nothing of it, are beyond doubt.
    static func of(rules: [String]) -> ReplayRights {
        let commands = rules.filter {
            $0.hasPrefix("+") || $0.hasPrefix("-") || ["allcommands", "nocommands"].contains($0)
        }
        let keys = rules.filter { $0.hasPrefix("~") || $0.hasPrefix("%") || $0 == "allkeys" }
        let hasKeys = keys.contains("~*") || keys.contains("allkeys")
        if hasKeys, commands == ["+@all"] || commands == ["allcommands"] { return .complete }
        if keys.isEmpty { return .missing("any key") }
        if commands.allSatisfy({ $0.hasPrefix("-") || $0 == "nocommands" }) { return .missing("any command") }
        return .partial((commands + keys).joined(separator: " "))
    }
}

extension ReplayRights {
    /// - Parameter isNeeded: the server asks for them; later versions do not.
    func finding(isNeeded: Bool) -> Finding {
        let rule =
            "ACL SETUSER default ~* &* +@all (it stays off), and the same in the file of users, before Redis starts again"
        guard isNeeded else {
            return .good("replay", "this version replays its file whatever the rights of the user default")
        }
        switch self {
        case .complete:
            return .good("replay", "the user default has the rights with which the append-only file is replayed")
        case .missing(let what):
            return .bad(
                "replay",
                "the user default may not use \(what), and Redis replays its append-only file as default: after the next restart "
                    + "the board is empty",
                do:
                    "\(rule). If the board is empty already: stop Redis before it rewrites its file, which has it all, and "
                    + "do what ops/RUNBOOK.md says (LeaderboardRedisDown)"
            )
        case .partial(let rules):
            return .advice(
                "replay",
                "Redis replays its append-only file as the user default, whose rights (\(rules)) may not be enough: what a "
                    + "restart cannot replay is gone from the board",
                do: rule
            )
        case .unknown:
            return .advice(
                "replay",
                "this user may not look whether the user default has the rights with which Redis replays its append-only file",
                do: "ACL SETUSER <user> +acl|dryrun, or see that ACL LIST has: user default … ~* &* +@all"
            )
        }
    }
}
