import Seasons

@testable import Leaderboard

extension FuzzTarget {
    static let seasons = FuzzTarget(
        "seasons",
        "when windows begin anew, and in which seasons they are",
        dictionary: "seasons",
        maximumBytes: 200
    ) { input in
        let text = input.text
        if let reset = try? Reset(text) {
            promise("\(reset)" == text, "a reset has one text")
            let calendar = SeasonCalendar(reset, zone: .utc, weekStart: .monday, anchor: nil)
            // 2026-11-29, and a leap day.
            for moment in [1_795_910_400_000_000, 1_835_395_199_999_999] where reset.ends {
                guard let season = calendar.season(at: moment) else {
                    promise(false, "what ends has a season")
                    return
                }
                promise(season.from <= moment && moment < season.until, "a season holds its moments")
                promise(calendar.season(at: season.until)?.from == season.until, "there is no hole between seasons")
            }
        }
        for season in RunningSeasons.stored(text) {
            promise(season.season.from < season.season.until && Season.isID(season.season.id), "a season is sound")
        }
        if let anchor = Anchor(text) { promise("\(anchor)" == text, "an anchor has one text") }
        if let zone = ZoneName(text) { promise(zone.text == text, "a zone has one text") }
    }
}
