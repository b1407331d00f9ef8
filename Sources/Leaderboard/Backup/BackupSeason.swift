import Board
import NIOCore
import Seasons
import Text

/// A season of a board, as a backup has it.
struct BackupSeason: Hashable {
    let window: WindowName
    let id: String
    /// When it goes by itself, in milliseconds since 1970; nil: it stays.
    let expires: Int?
}

extension BackupSeason {
    /// Nil: it is none.
    init?(_ object: JSONObject) {
        guard let window = object["window"]?.string.flatMap({ WindowName($0) }), let id = object["season"]?.string,
            Season.isID(id)
        else { return nil }
        let expires = object["expires"]
        guard expires == nil || expires?.integer.map((0...ScoreRange.limit).contains) == true else { return nil }
        self.init(window: window, id: id, expires: expires?.integer)
    }

    /// Without the end of the line.
    func write(into buffer: inout ByteBuffer) {
        buffer.writeString(#"{"type":"season","window":"\#(window)","season":"\#(id)""#)
        if let expires { buffer.writeString(#","expires":\#(expires)"#) }
    }
}

extension BoardState {
    /// Of one season, in the order in which a backup has them.
    func linesInSeason(withArrival: Bool = true) -> [BackupLine] {
        scores.sorted { $0.key < $1.key }.map { user, place in
            .inSeason(user: user, score: place.score, reached: withArrival ? place.reached : 0)
        }
            + withheld.sorted { $0.key < $1.key }.map { user, place in
                .withheldInSeason(user: user, score: place.score, reached: withArrival ? place.reached : 0)
            }
    }
}
