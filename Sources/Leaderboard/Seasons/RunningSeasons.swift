package import Seasons
import RedisClient
import Text

/// The seasons in which the windows of a board are at one time, and the text by which Redis knows them
/// (`Functions/write.lua`): `<ends> <version> all - 0 0;daily 2026-11-28 <from> <until>;…`, all in microseconds since 1970.
package struct RunningSeasons: Sendable, Hashable {
    /// Of the windows that begin anew, in the order of the definition. None where the board takes updates at other times only.
    package let seasons: [WindowSeason]
    /// When the last of them began, and when the first of them ends: so long they all run. Of late ones, so long they take updates.
    package let from: Int
    package let until: Int
    let text: String

    /// Nil: there is none.
    init?(_ seasons: [WindowSeason], version: String) {
        guard let from = seasons.map(\.season.from).max(), let until = seasons.map(\.season.until).min() else {
            return nil
        }
        self.init(seasons, from: from, until: until, version: version)
    }

    /// The same where something else begins or ends with these times, too.
    init(_ seasons: [WindowSeason], within times: (from: Int, until: Int), version: String) {
        self.init(
            seasons,
            from: seasons.reduce(times.from) { max($0, $1.season.from) },
            until: seasons.reduce(times.until) { min($0, $1.season.until) },
            version: version
        )
    }

    private init(_ seasons: [WindowSeason], from: Int, until: Int, version: String) {
        self.seasons = seasons
        self.from = from
        self.until = until
        text = Self.text("\(until)", version, seasons)
    }

    /// The same for updates that come late, after the end of one of the seasons and before that of its grace.
    init(late seasons: [WindowSeason], of ended: Season, graceSeconds: Int, version: String) {
        self.seasons = seasons
        from = ended.until
        until = ended.until + graceSeconds * 1_000_000
        text = Self.text("late", version, seasons)
    }

    package func season(of window: WindowName) -> Season? {
        seasons.first { $0.window == window }?.season
    }

    func has(_ named: NamedSeason) -> Bool { seasons.contains(where: named.names) }

    private static func text(_ begin: String, _ version: String, _ seasons: [WindowSeason]) -> String {
        (["\(begin) \(version) all - 0 0"] + seasons.map(\.text)).joined(separator: ";")
    }

    private static let maximumBytes = 1024

    /// What Redis has stored; it may have ended, and be of another definition. Empty: nothing, or nothing that can be read.
    static func stored(_ text: String) -> [WindowSeason] {
        text.utf8.count <= maximumBytes ? list(text, atMost: BoardWindows.maximumCount) : []
    }

    /// A text that Redis had stored, for a board whose definition is of another version, and else the same.
    /// - Parameter old: of the definition that the board had with the text. If that is of another one, so it stays: then the next change
    ///   looks which seasons hold.
    static func text(_ stored: String, of old: String, by version: String) -> String {
        let (ends, rest) = stored.cut(at: " ")
        let (known, seasons) = (rest ?? "").cut(at: " ")
        return "\(ends) \(known == old ? version : noVersion) \(seasons ?? "")"
    }

    /// What no definition has.
    private static let noVersion = "*"

    /// Those that an operator's act reaches, of the answer `season_is` (`Functions/operation.lua`): what is stored, and what has ended
    /// and takes late updates.
    static func reached(_ reply: [RESPValue]) -> [WindowSeason] {
        list(reply.last?.text ?? "", atMost: maximumReached)
    }

    /// Of each window, as many as `Functions/windows.lua` has at most; and windows that a definition had before may be among them.
    private static let maximumReached = 1_000

    private static func list(_ text: String, atMost maximum: Int) -> [WindowSeason] {
        let parts = text.parts(at: ";").dropFirst()
        let seasons = parts.compactMap { WindowSeason(text: $0) }
        return seasons.count == parts.count && seasons.count <= maximum ? seasons : []
    }
}
