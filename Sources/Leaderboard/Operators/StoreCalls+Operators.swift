import Board
import Seasons
import RedisClient

extension StoreCalls {
    /// A call of one of the operations; KEYS and ARGV as `Functions/operation.lua` has them.
    /// - Parameter user: nil for the whole board.
    func operation(_ name: String, user: UserID?, by act: OperatorAct, _ own: String...) -> RedisCommand {
        operation(name, user: user, by: act, own)
    }

    /// One that goes by the board's definition.
    func operation(_ name: String, user: UserID?, by act: OperatorAct, _ own: [String]) -> RedisCommand {
        operation(name, user: user, by: act, own, moreKeys: [keys.board, keys.at])
    }

    /// One that reaches the seasons of the board's windows that take updates as well.
    /// - Parameters:
    ///   - seasons: those that Redis tells, as far as the caller knows.
    ///   - pace: its last key, what the board's rules of plausibility know of the user; nil: it is not told of them.
    func operation(
        _ name: String,
        user: UserID,
        by act: OperatorAct,
        _ own: [String],
        in seasons: [WindowSeason],
        pace: String? = nil
    ) -> RedisCommand {
        let ofSeasons = seasons.flatMap { season in
            let names = keys.season(window: season.window, id: season.season.id)
            return [names.scores, names.at, names.withheld]
        }
        let moreKeys = [keys.board, keys.at, keys.seasons, keys.ended] + ofSeasons + (pace.map { [$0] } ?? [])
        return operation(name, user: user, by: act, own, moreKeys: moreKeys)
    }

    /// - Parameters:
    ///   - more: of its own words, those that follow.
    ///   - segments: what it is told of, with its own words; nil: of those of the definition.
    func operation(
        _ name: String,
        user: UserID?,
        by act: OperatorAct,
        _ own: [String],
        moreKeys: [String],
        _ more: RedisCommand = RedisCommand(),
        segments restored: (call: SegmentedCall, own: [String])? = nil
    ) -> RedisCommand {
        let names =
            [
                keys.scores, keys.audit, keys.suspended, keys.seq, keys.epoch, keys.chain, keys.withheld, keys.reverted,
                user.map(keys.limit) ?? keys.scores,
            ] + moreKeys
        var words = RedisCommand()
        let ofAct =
            [
                user?.rawValue ?? "*", keys.channel, auditMaxEntries, act.actor.rawValue, act.reason.text,
                act.origin.ip,
                act.origin.requestID,
            ] + own
        for word in ofAct { words.append(word) }
        words += more
        if let segmented = restored?.call ?? segments {
            return segmented.command("leaderboard_" + name, keys: names, words, own: restored?.own ?? [])
        }
        var command = RedisCommand("FCALL", "leaderboard_" + name, String(names.count))
        for name in names { command.append(name) }
        return command + words
    }

    /// - Parameter lease: of who has loaded the audit's entries, with those of the board up to `seen`.
    func returnAudit(
        _ missing: MissingAudit,
        holding lease: LoadingLease,
        upto seen: AuditID,
        by act: OperatorAct
    ) -> RedisCommand {
        let words = [
            missing.first?.description ?? "", seen.description, missing.end.chain?.text ?? "", String(missing.end.seq),
            missing.gap?.text ?? "", lease.token,
        ]
        return operation(
            "return_audit",
            user: nil,
            by: act,
            words,
            moreKeys: [keys.board, keys.at, lease.keys.audit, lease.key]
        )
    }

    /// - Parameter season: nil for the window that never ends.
    func holding(of user: UserID, in season: SeasonKeys? = nil) -> RedisCommand {
        RedisCommand(
            "FCALL_RO",
            "leaderboard_holding",
            "8",
            season?.scores ?? keys.scores,
            keys.audit,
            keys.suspended,
            season?.withheld ?? keys.withheld,
            keys.limit(user),
            keys.board,
            season?.at ?? keys.at,
            keys.pace(user),
            user.rawValue
        )
    }

    /// - Parameter entries: of each its id, and what stood before it.
    func eraseEntries(of user: UserID, as pseudonym: String, _ entries: some Sequence<String>) -> RedisCommand {
        var command = RedisCommand("FCALL", "leaderboard_erase_entries", "2", keys.audit, keys.chain)
        for word in [user.rawValue, pseudonym, auditMaxEntries] { command.append(word) }
        for word in entries { command.append(word) }
        return command
    }
}
