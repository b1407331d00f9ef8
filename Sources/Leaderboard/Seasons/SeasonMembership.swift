import Seasons
import Text

/// In which of some seasons of a board's windows an update counted, as the audit tells: it has an entry where a season begins, an
/// update that came late names those in which it counted, and a rebuild of a window that was added later says that what came before
/// counts in it as well. Without I/O.
struct SeasonMembership {
    let seasons: [WindowSeason]
    /// Of each, whether an update that comes now counts in it; nil: no entry has told yet.
    private var running: [Bool?]
    /// The audit reaches back to the board's first entry.
    private var isFromBeginning: Bool
    /// A part of it is lost, or is not of these seasons, so what stands before does not tell all.
    private var isCut = false
    /// From when on it tells all, in milliseconds since 1970; nil: nothing was read.
    private var first: UInt64?
    /// By place: the entry before which everything of the season's time counts.
    private var fills: [Int: AuditID] = [:]

    /// - Parameters:
    ///   - isFromBeginning: as far as is known before it is read.
    ///   - fills: by the season's name, as far as they are known before they are read.
    init(_ seasons: [WindowSeason], isFromBeginning: Bool = false, fills: [String: AuditID] = [:]) {
        self.seasons = seasons
        self.isFromBeginning = isFromBeginning
        running = seasons.map { _ in nil }
        for (place, season) in seasons.enumerated() { self.fills[place] = fills[season.name] }
    }

    /// One more entry of the board, in their order.
    mutating func follow(_ entry: AuditEntry) {
        first = first ?? entry.time
        // One that was erased stands further on.
        if entry.seq == 1, !isCut { isFromBeginning = true }
        switch entry.action {
        case .season:
            let names = Set(RunningSeasons.stored(entry["seasons"] ?? "").map(\.name))
            for (place, season) in seasons.enumerated() { running[place] = names.contains(season.name) }
        default:
            guard entry.losesSeasons else { return }
            (isCut, isFromBeginning, first) = (true, false, entry.time)
        }
    }

    /// The audit tells all that counted in it, as far as it was read: none of its entries of before the season is missing.
    func isWhole(_ place: Int) -> Bool {
        isFromBeginning || first.map { $0 < seasons[place].season.firstMillisecond } ?? false
    }

    /// The places of those in which this update counted.
    func places(of entry: AuditEntry) -> [Int] {
        let late = entry["season"].map { Set($0.parts(at: ";").map(String.init)) }
        return seasons.indices.filter { place in
            let season = seasons[place]
            if let fill = fills[place], entry.id < fill, season.runs(inMillisecond: entry.time) { return true }
            return late?.contains(season.name) ?? running[place]
                // What told its beginning was trimmed.
                ?? (!isWhole(place) && season.runs(inMillisecond: entry.time))
        }
    }
}

extension AuditEntry {
    /// What stands before it does not tell all of seasons that had begun: entries are lost, and users kept what they had; or the audit is
    /// that of a backup which had no seasons, and these stayed what they were.
    fileprivate var losesSeasons: Bool {
        switch action {
        case .accept, .recover: true
        case .rebuild: self["gap"] != nil
        case .restore: self["windows"] == nil
        default: false
        }
    }

    /// The season of which it says that all of its time counts in it: `daily 2026-11-30`.
    var filled: String? { action == .rebuild ? self["filled"] : nil }
}

extension WindowSeason {
    /// `weekly 2026-W48`, as the audit has it.
    var name: String { "\(window) \(season.id)" }

    /// Before its end, or in the millisecond in which that is.
    func runs(inMillisecond time: UInt64) -> Bool {
        season.firstMillisecond <= time && time <= UInt64(clamping: season.until / 1000)
    }
}

extension Season {
    var firstMillisecond: UInt64 { UInt64(clamping: from / 1000) }
}
