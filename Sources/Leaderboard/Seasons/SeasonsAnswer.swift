import RedisClient
import Seasons

/// What our functions answer to who goes by seasons that do not hold: nothing was written, and nothing was read.
struct SeasonsAnswer {
    /// Redis' clock, in microseconds since 1970.
    let now: Int
    /// Of the board's key `seasons`; empty: no season has begun yet.
    let stored: String

    init(now: Int, stored: String) {
        (self.now, self.stored) = (now, stored)
    }

    /// Nil: it is another reply. Of a group it stands in an array (``GroupReply``).
    init?(_ reply: RESPValue) {
        guard var fields = reply.array else { return nil }
        if fields.count == 1, let answer = fields[0].array { fields = answer }
        guard fields.count == 3 else { return nil }
        let (time, text): (RESPValue, RESPValue)
        switch fields[0].text {
        case "season_over": (time, text) = (fields[1], fields[2])
        case "season_is": (text, time) = (fields[1], fields[2])
        default: return nil
        }
        guard let now = time.integer, let stored = text.text else { return nil }
        self.init(now: now, stored: stored)
    }
}

/// A read of a season that an operator ends: Redis holds whether it runs.
struct RunningAsked {
    /// Where it does.
    let key: String
    let season: WindowSeason

    /// Behind the times (`Functions/page.lua`).
    var text: String { ",\(season.window),\(season.season.id)" }
}
