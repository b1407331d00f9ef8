import Board
import NIOCore
import RedisClient
import Seasons

extension BoardExamination {
    /// A read that Redis refuses where the key holds another type.
    private struct Probe: Sendable {
        let command: String
        let key: String
    }

    /// What stands in the way beside the keys that each board has (``UnsoundKeys``): those that its ties, segments and windows need, of the seasons
    /// that run or are in their grace and, by this machine's clock, of those that the next update begins.
    func spoiltKeys(
        of id: BoardID,
        _ definition: BoardDefinition,
        on eventLoop: any EventLoop
    ) async -> (stopUpdates: [String], stopOperations: [String]) {
        let keys = self.keys(of: id)
        let stamps: String? = definition.ties.isByArrival ? "HLEN" : definition.ties == .dense ? "ZCARD" : nil
        var (updates, operations): ([Probe], [Probe]) = ([], [])
        if let stamps { updates.append(Probe(command: stamps, key: keys.at)) }
        for kind in definition.segments.kinds {
            let own = keys.segments(of: kind)
            updates.append(Probe(command: "HLEN", key: own.users))
            for key in [own.places, own.totals] { updates.append(Probe(command: "ZCARD", key: key)) }
        }
        if let calendar = WindowCalendar(definition) {
            updates.append(Probe(command: "GET", key: keys.seasons))
            operations.append(Probe(command: "XLEN", key: keys.ended))
            for season in await seasons(of: keys, calendar, on: eventLoop) {
                let own = keys.season(window: season.window, id: season.season.id)
                updates.append(Probe(command: "ZCARD", key: own.scores))
                if let stamps { updates.append(Probe(command: stamps, key: own.at)) }
                operations.append(Probe(command: "ZCARD", key: own.withheld))
            }
        }
        return (await spoilt(updates, on: eventLoop), await spoilt(operations, on: eventLoop))
    }

    /// Those that take updates, by this machine's clock, and those that the next update begins. Each once.
    func seasons(
        of keys: BoardKeys,
        _ calendar: WindowCalendar,
        on eventLoop: any EventLoop
    ) async -> Set<WindowSeason> {
        let text = await ask(RedisCommand("GET", keys.seasons), on: eventLoop)?.text ?? ""
        let stored = RunningSeasons.stored(text)
        let now = BoardSeasons.systemClock()
        let next = calendar.seasons(at: now, holding: stored)?.seasons ?? []
        let last = RedisCommand("XREVRANGE", keys.ended, "+", "-", "COUNT", String(Self.endedAtOnce))
        let ended = (await ask(last, on: eventLoop)?.array ?? []).compactMap { WindowSeason(entry: $0) }
        return Set(stored + next + ended.filter { calendar.isInGrace($0, at: now) })
    }

    /// Seasons of several windows may be in a grace of a day.
    private static let endedAtOnce = 200

    private func spoilt(_ probes: [Probe], on eventLoop: any EventLoop) async -> [String] {
        let found = await probes.mapAllAtOnce { await isSpoilt($0, on: eventLoop) }
        return zip(probes, found).compactMap { probe, isSpoilt in isSpoilt ? probe.key : nil }.sorted()
    }

    /// False as well where nobody tells.
    private func isSpoilt(_ probe: Probe, on eventLoop: any EventLoop) async -> Bool {
        do throws(RedisError) {
            let command = RedisCommand(probe.command, probe.key)
            _ = try await redis.send(command, expecting: { _ in true }, on: eventLoop)
            return false
        } catch .refused(let refusal) where refusal.isOfSpoiltKey {
            return true
        } catch {
            return false
        }
    }
}
