import Board
import Seasons
import Text

/// Which updates of a user counted in which of some seasons of a board's windows, as the audit tells: it has an entry where
/// a season begins, and an update that came late names those in which it counted.
struct SeasonShares {
    /// In the order in which Redis holds them.
    let seasons: [WindowSeason]
    /// Of each, whether an update that comes now counts in it; nil: no entry has told yet.
    private var running: [Bool?]
    /// The places of those whose beginning is not before the first entry that was read.
    private var whole: Set<Int> = []
    /// The audit reaches back to the board's first entry.
    private var isFromBeginning = false
    /// Of each update, by its entry: the places of those in which it counted.
    private var members: [AuditID: [Int]] = [:]

    init(_ seasons: [WindowSeason]) {
        self.seasons = seasons
        running = seasons.map { _ in nil }
    }

    /// One more entry of the board, in their order.
    mutating func follow(_ entry: AuditEntry) {
        // One that was erased stands further on.
        if entry.seq == 1 { isFromBeginning = true }
        guard entry.action == .season else { return }
        hold(Set(RunningSeasons.stored(entry["seasons"] ?? "").map(\.name)))
    }

    private mutating func hold(_ names: Set<String>) {
        for (place, season) in seasons.enumerated() {
            running[place] = names.contains(season.name)
            if running[place] == false { whole.insert(place) }
        }
    }

    /// The audit tells all that counted in it, as far as it was read.
    func isWhole(_ place: Int) -> Bool { isFromBeginning || whole.contains(place) }

    /// An update of the user.
    mutating func count(_ entry: AuditEntry) {
        guard !seasons.isEmpty else { return }
        let late = entry["season"].map { Set($0.parts(at: ";").map(String.init)) }
        let places = seasons.enumerated().filter { place, season in
            late?.contains(season.name) ?? running[place]
                // What told its beginning was trimmed.
                ?? season.runs(inMillisecond: entry.time)
        }
        members[entry.id] = places.map(\.offset)
    }

    func has(_ update: RevertedUpdate, in place: Int) -> Bool {
        members[update.id]?.contains(place) ?? false
    }
}

extension WindowSeason {
    /// `weekly 2026-W48`, as the audit has it.
    var name: String { "\(window) \(season.id)" }

    /// Before its end, or in the millisecond in which that is.
    fileprivate func runs(inMillisecond time: UInt64) -> Bool {
        UInt64(clamping: season.from / 1000) <= time && time <= UInt64(clamping: season.until / 1000)
    }
}
