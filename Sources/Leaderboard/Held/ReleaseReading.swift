import Board
import NIOCore
import Seasons

/// The audit as it is read for one release, of a user whose update waits.
struct ReleaseReading {
    let windows: [WindowSeason]
    private(set) var seasons: [WindowSeason]
    var history: RevertedHistory

    init(_ held: HeldEntry, in windows: [WindowSeason], _ seasons: [WindowSeason]) {
        (self.windows, self.seasons) = (windows, seasons)
        history = RevertedHistory(user: held.user) { _ in false }
        history.begin(seasons, past: windows)
    }

    /// From its beginning, for other seasons that Redis holds.
    mutating func begin(_ seasons: [WindowSeason]) {
        self.seasons = seasons
        history.begin(seasons, past: windows)
    }
}

extension ScoreStore {
    /// The same for many, of which each would read all of it: it is read once. What comes behind this, each reads on by itself.
    func readings(
        for entries: [HeldEntry],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [AuditID: ReleaseReading] {
        let seasons = try await storedSeasons(on: eventLoop)
        let hasWindows = entries.contains { !$0.windows.isEmpty }
        let kept = hasWindows ? try await everyKeptSeason(on: eventLoop) : []
        var readings = entries.map { ReleaseReading($0, in: $0.windows(of: kept), seasons) }
        var seen = AuditID.zero
        while true {
            let page = try await auditPage(after: seen, on: eventLoop)
            for index in readings.indices { readings[index].history.read(page) }
            guard page.count == Self.auditPageSize, let last = page.last else { break }
            seen = last.id
        }
        return Dictionary(zip(entries.map(\.id), readings)) { first, _ in first }
    }
}

extension HeldEntry {
    /// Of the seasons of its time, those that are kept, with their ends, which an operator may have set since.
    func windows(of kept: [WindowSeason]) -> [WindowSeason] {
        windows.compactMap { season in
            kept.first { $0.name == season.name } ?? (season.season.isOpen ? nil : season)
        }
    }
}
