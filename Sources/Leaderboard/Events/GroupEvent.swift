package import Board
import Text

/// Several updates that Redis made in one call, in one message on the board's channel:
/// `{"from":120,"updates":[{"user_id":"12345","score":200,"score_increase":50},…],"seq":121,"epoch":"17","time":…}`.
/// `from` is the seq of the first of them, `seq` that of the last. What another service publishes may do without all
/// three of `from`, `seq` and `epoch`, as a single event may.
package struct GroupEvent: Sendable, Equatable {
    /// In the order in which they happened, each with a seq of its own; 1 to ``maximumUpdates``.
    package let updates: [Change]

    package static let maximumUpdates = 64
    /// 64 updates with user ids of 128 bytes and the longest numbers are 13,200; with the scores of four windows each and what was added
    /// in them, 24,400.
    package static let maximumJSONBytes = 25_600

    init(_ object: JSONObject) throws(InvalidScoreEvent) {
        guard let elements = object["updates"]?.array, (1...Self.maximumUpdates).contains(elements.count) else {
            throw InvalidScoreEvent(reason: "updates")
        }
        let seasons = try WindowScores.seasons(object)
        var scores: [EventScore] = []
        for element in elements {
            guard let update = element.object else { throw InvalidScoreEvent(reason: "updates") }
            scores.append(try EventScore(update, of: seasons))
        }
        let from = try object.optionalInteger("from", in: 1...ScoreRange.limit)
        guard let group = Self(scores, from: from, to: try EventPlace(object)) else {
            throw InvalidScoreEvent(reason: "from and seq are not those of so many updates")
        }
        self = group
    }

    /// Exactly as `leaderboard_write` writes it; nil for anything else.
    init?(ownJSON json: [UInt8]) {
        guard json.count <= Self.maximumJSONBytes else { return nil }
        let text = json.span
        var scanner = PlainObjectScanner()
        guard scanner.member("{", .from, of: text), let from = scanner.integer(of: text), from >= 1,
            scanner.member(",", .updates, of: text), scanner.mark("[", of: text)
        else { return nil }
        var scores: [EventScore] = []
        repeat {
            guard scores.count < Self.maximumUpdates, let score = EventScore(&scanner, of: text),
                scanner.mark("}", of: text)
            else { return nil }
            scores.append(score)
        } while scanner.mark(",", of: text)
        guard scanner.mark("]", of: text), let last = EventPlace(&scanner, of: text),
            let group = Self(scores, from: from, to: last)
        else { return nil }
        self = group
    }

    /// Nil where `from` and the seq of the last are not so far apart as there are updates.
    private init?(_ scores: [EventScore], from: Int?, to last: EventPlace) {
        guard (from == nil) == (last.seq == nil) else { return nil }
        if let from, let seq = last.seq, seq.subtractingReportingOverflow(from) != (scores.count - 1, false) {
            return nil
        }
        var place = last
        updates = scores.enumerated().map { index, score in
            // No later than the last, so it cannot overflow.
            place.seq = from.map { $0 + index }
            return Change(score, at: place)
        }
    }
}
