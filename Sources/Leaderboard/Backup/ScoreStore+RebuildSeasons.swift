import Board
package import NIOCore
import RedisClient
package import Seasons

/// A window that is asked for has no season that runs, or the audit does not reach back to its beginning.
package struct NoSeasonToFill: Error, Sendable, CustomStringConvertible {
    package let description: String
}

extension ScoreStore {
    /// How often the audit may have grown by more than a step reads.
    private static let maximumCatchUps = 100

    /// What is to change in the running season of a window so that all of its time counts, and not only what came since the window was
    /// added. Changes nothing.
    package func seasonToFill(_ window: WindowName, on eventLoop: any EventLoop) async throws -> SeasonReport {
        let season = try await runningSeason(of: window, on: eventLoop)
        let findings = try await SeasonVerification(store: self, filling: season, eventLoop: eventLoop).run()
        guard let report = findings?.reports.first(where: { $0.season == season }) else {
            throw ScoreStoreError.unknownWindow
        }
        return report
    }

    /// Makes it so. The service may run meanwhile. An entry of the audit tells it.
    /// - Returns: how many users were put right.
    package func fillSeason(
        _ window: WindowName,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> Int {
        let season = try await runningSeason(of: window, on: eventLoop)
        guard var findings = try await SeasonVerification(store: self, filling: season, eventLoop: eventLoop).run(),
            let place = findings.reports.firstIndex(where: { $0.season == season })
        else { throw ScoreStoreError.unknownWindow }
        guard findings.reports[place].isReached else {
            throw NoSeasonToFill(description: "the audit does not reach back to the beginning of \(season.name)")
        }
        return try await rebuild(place, &findings, fills: true, by: act, on: eventLoop)
    }

    /// Makes the scores in the seasons of windows that a verification finds wrong what the audit says, ended ones too, as far as it reaches.
    /// - Returns: how many users were put right, of each season.
    func rebuildSeasons(by act: OperatorAct, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        guard var findings = try await SeasonVerification(store: self, eventLoop: eventLoop).run() else { return 0 }
        var count = 0
        for place in findings.reports.indices {
            count += try await rebuild(place, &findings, fills: false, by: act, on: eventLoop)
        }
        return count
    }

    private func runningSeason(of window: WindowName, on eventLoop: any EventLoop) async throws -> WindowSeason {
        guard board.definition.windows.seasonal.contains(where: { $0.name == window }) else {
            throw ScoreStoreError.unknownWindow
        }
        let (now, stored) = (try await time(on: eventLoop), try await storedSeasons(on: eventLoop))
        guard let season = stored.first(where: { $0.window == window }), season.runs(at: now) else {
            throw NoSeasonToFill(
                description: "no season of \(window) has begun: the next update of the board begins it"
            )
        }
        return season
    }

    private func rebuild(
        _ place: Int,
        _ findings: inout SeasonVerification.Findings,
        fills: Bool,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int {
        let (season, users) = (findings.reports[place].season, findings.reports[place].differences.map(\.user))
        let verification = SeasonVerification(store: self, eventLoop: eventLoop)
        let names = keys.season(of: season)
        var (rest, catchUps) = (users[...], 0)
        while !rest.isEmpty {
            let batch = rest.prefix(Self.repairBatch)
            var words = [
                findings.tallies.seen.description, batch.count == rest.count ? String(users.count) : "0", season.name,
                String(season.season.until), fills ? "1" : "0",
            ]
            for user in batch {
                let tally = findings.tallies.tally(of: user.rawValue, in: place)
                words += [
                    user.rawValue, tally?.score.map(String.init) ?? "", tally?.reached.map(String.init) ?? "",
                    findings.tallies.isWithheld(user.rawValue, in: place) ? "1" : "0",
                ]
            }
            let moreKeys = [keys.board, keys.at, keys.seasons] + names.all
            let call = calls.operation("rebuild_season", user: nil, by: act, words, moreKeys: moreKeys)
            switch try await operate(call, on: eventLoop).first?.text {
            case "done": rest = rest.dropFirst(batch.count)
            case "behind" where catchUps < Self.maximumCatchUps:
                catchUps += 1
                try await verification.readOn(&findings.tallies, upto: nil)
            case "behind": throw .unavailable("the audit grows faster than it is read")
            default: throw .unavailable("seasons begin, or operators change the board, meanwhile: rebuild again")
            }
        }
        return users.count
    }
}
