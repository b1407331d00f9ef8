package import Board
import Text

/// Seasons of a board's windows begin: `{"reset":true,"seasons":"<as the key seasons has it>","seq":121,"epoch":"17","time":…}`.
/// It has a number of its own in the board's stream, and changes no score that stands.
package struct BegunSeasons: Sendable, Equatable {
    /// All that run from now on, in the order in which changes tell of the scores in them.
    package let seasons: [WindowSeason]
    package let cursor: Cursor

    /// Anyone who may publish wrote it, so it is a reason to look, and no more. Nil: it does not say which, or not where in the stream.
    init?(_ text: String, at place: EventPlace) {
        let seasons = RunningSeasons.stored(text)
        guard !text.isEmpty, let seq = place.seq, let epoch = place.epoch else { return nil }
        self.seasons = seasons
        cursor = Cursor(epoch: epoch, seq: seq)
    }
}
