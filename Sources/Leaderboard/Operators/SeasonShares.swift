import Board
import Seasons
import Text

/// Which updates of a user counted in which of the running seasons of a board's windows, as the audit tells: it has an entry where
/// a season begins, and an update that came late names those in which it counted.
struct SeasonShares {
    /// In the order in which Redis holds them.
    let seasons: [WindowSeason]
    /// Of each, whether an update that comes now counts in it; nil: no entry has told yet.
    private var running: [Bool?]
    /// Those whose beginning is not before the first entry that was read, as bits.
    private var whole: UInt8 = 0
    private var hasBegun = false
    /// Of each update, by its entry: those in which it counted, as bits.
    private var members: [AuditID: UInt8] = [:]

    init(_ seasons: [WindowSeason]) {
        // Five are the most that a board has.
        self.seasons = Array(seasons.prefix(8))
        running = self.seasons.map { _ in nil }
    }

    /// One more entry of the board, in their order.
    mutating func follow(_ entry: AuditEntry) {
        // Of an audit from its beginning, none has begun.
        if !hasBegun, entry.seq == 1 { hold([]) }
        hasBegun = true
        guard entry.action == .season else { return }
        hold(Set(RunningSeasons.stored(entry["seasons"] ?? "").map(\.name)))
    }

    private mutating func hold(_ names: Set<String>) {
        for (place, season) in seasons.enumerated() {
            running[place] = names.contains(season.name)
            if running[place] == false { whole |= 1 << place }
        }
    }

    /// The audit tells all that counted in it, as far as it was read.
    func isWhole(_ place: Int) -> Bool { whole & (1 << place) != 0 }

    /// An update of the user.
    mutating func count(_ entry: AuditEntry) {
        guard !seasons.isEmpty else { return }
        let late = entry["season"].map { Set($0.parts(at: ";").map(String.init)) }
        var bits: UInt8 = 0
        for (place, season) in seasons.enumerated() {
            let counts =
                late?.contains(season.name) ?? running[place]
                // What told its beginning was trimmed.
                ?? (entry.time >= UInt64(clamping: season.season.from / 1000))
            if counts { bits |= 1 << place }
        }
        members[entry.id] = bits
    }

    func has(_ update: RevertedUpdate, in place: Int) -> Bool {
        (members[update.id] ?? 0) & (1 << place) != 0
    }
}

extension WindowSeason {
    /// `weekly 2026-W48`, as the audit has it.
    var name: String { "\(window) \(season.id)" }
}
