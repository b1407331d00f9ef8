package import Board
import Text

/// A change as it travels on the board's channel. Our own function publishes all of it; another service that wrote the
/// sorted set itself publishes at least `{"user_id":"12345","score":200}`. Its user is a ``UserID``'s text, its seq and epoch
/// are there both or neither.
extension Change {
    /// Ours are about 130 bytes.
    package static var maximumJSONBytes: Int { 1024 }

    /// Anyone who may publish in Redis wrote this: it is believed only as far as it can be checked. Members that we do
    /// not know are ignored, and a member that may be left out may be null as well.
    package init(json: [UInt8]) throws(InvalidScoreEvent) {
        if let own = Self(ownJSON: json) {
            self = own
            return
        }
        let value: JSONValue
        do {
            value = try JSONValue(json: json, maximumBytes: Self.maximumJSONBytes)
        } catch {
            throw InvalidScoreEvent(reason: "\(error)")
        }
        guard let object = value.object else { throw InvalidScoreEvent(reason: "not an object") }
        try self.init(object)
    }

    init(_ object: JSONObject) throws(InvalidScoreEvent) {
        self.init(try EventScore(object, of: try WindowScores.seasons(object)), at: try EventPlace(object))
    }

    init(_ score: EventScore, at place: EventPlace) {
        self.init(
            user: score.user.rawValue,
            score: score.score,
            increase: score.increase,
            seq: place.seq,
            epoch: place.epoch,
            time: place.time,
            windows: score.windows,
            saysOther: score.saysOther,
            isUnseen: score.isUnseen
        )
    }
}

/// What an event says of a user.
struct EventScore {
    let user: UserID
    let score: Int
    let increase: Int?
    let windows: WindowScores?
    /// Its metadata are others by now.
    let saysOther: Bool
    /// The user is hidden: where the change is in the stream is all that it tells.
    let isUnseen: Bool

    /// - Parameter seasons: in which it counted, of an update that came late.
    init(_ object: JSONObject, of seasons: [String]?) throws(InvalidScoreEvent) {
        guard let text = object["user_id"]?.string, let user = try? UserID(text) else {
            throw InvalidScoreEvent(reason: "user_id")
        }
        isUnseen = object["score"] == nil && object[Self.unseen]?.bool == true
        guard let score = isUnseen ? 0 : object["score"]?.integer, ScoreRange.contains(score) else {
            throw InvalidScoreEvent(reason: "score")
        }
        self.user = user
        self.score = score
        increase = try object.optionalInteger("score_increase", in: -ScoreRange.limit...ScoreRange.limit)
        windows = try WindowScores.read(object, of: seasons)
        saysOther = object[Self.meta]?.bool == true
    }

    /// `"meta":true`.
    static let meta = "meta"
    /// `"unseen":true`, in the place of a score.
    private static let unseen = "unseen"

    /// The three members in the usual order, and those in the windows, without the closing brace; nil for anything else.
    init?(_ scanner: inout PlainObjectScanner, of text: Span<UInt8>) {
        guard scanner.member("{", .userID, of: text),
            let name = scanner.string(of: text, maximumBytes: UserID.maximumLength),
            let user = try? UserID(utf8: text.extracting(name)),
            scanner.member(",", .score, of: text), let score = scanner.integer(of: text),
            ScoreRange.contains(score),
            scanner.member(",", .scoreIncrease, of: text), let increase = scanner.integer(of: text),
            ScoreRange.contains(increase)
        else { return nil }
        self.user = user
        self.score = score
        self.increase = increase
        // That is told seldom, and read by the reader of any JSON.
        saysOther = false
        isUnseen = false
        // What of the windows is told seldom is for the reader of any JSON.
        var ahead = scanner
        guard ahead.member(",", .windows, of: text) else {
            windows = nil
            return
        }
        guard let scores = WindowScores.list(&ahead, of: text) else { return nil }
        scanner = ahead
        windows = WindowScores(scores)
    }
}

/// Where in the board's life an event stands.
struct EventPlace {
    var seq: Int?
    let epoch: String?
    let time: Int?

    init(_ object: JSONObject) throws(InvalidScoreEvent) {
        seq = try object.optionalInteger("seq", in: 1...ScoreRange.limit)
        time = try object.optionalInteger("time", in: 0...ScoreRange.limit)
        epoch = try object.optionalEpoch()
        guard (seq == nil) == (epoch == nil) else {
            throw InvalidScoreEvent(reason: "seq without epoch, or the reverse")
        }
    }

    /// The last members of what our own functions write; nil for anything else.
    init?(_ scanner: inout PlainObjectScanner, of text: Span<UInt8>) {
        guard scanner.member(",", .seq, of: text), let seq = scanner.integer(of: text),
            (1...ScoreRange.limit).contains(seq),
            scanner.member(",", .epoch, of: text), let epoch = scanner.string(of: text, maximumBytes: 20),
            !epoch.isEmpty, epoch.allSatisfy({ text[$0].isDigit }),
            let epoch = try? UTF8Span(validating: text.extracting(epoch)),
            scanner.member(",", .time, of: text), let time = scanner.integer(of: text),
            (0...ScoreRange.limit).contains(time),
            scanner.end(of: text)
        else { return nil }
        self.seq = seq
        self.epoch = String(copying: epoch)
        self.time = time
    }
}

extension Change {
    /// Exactly as our functions write the event of one update; nil for anything else.
    init?(ownJSON json: [UInt8]) {
        guard json.count <= Self.maximumJSONBytes else { return nil }
        let text = json.span
        var scanner = PlainObjectScanner()
        guard let score = EventScore(&scanner, of: text), let place = EventPlace(&scanner, of: text) else { return nil }
        self.init(score, at: place)
    }
}

/// The reason names the member or the fault of syntax; it holds nothing of the message.
package struct InvalidScoreEvent: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String

    package var description: String { reason }
}

extension JSONObject {
    func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws(InvalidScoreEvent) -> Int? {
        guard let value = self[name], value != .null else { return nil }
        guard let integer = value.integer, range.contains(integer) else { throw InvalidScoreEvent(reason: name) }
        return integer
    }

    /// Ours are decimal; anything that is short and safe in a cursor will do: letters and digits.
    fileprivate func optionalEpoch() throws(InvalidScoreEvent) -> String? {
        guard let value = self["epoch"], value != .null else { return nil }
        guard let epoch = value.string, (1...32).contains(epoch.utf8.count),
            epoch.utf8.allSatisfy({ $0.isLetterOrDigit })
        else { throw InvalidScoreEvent(reason: "epoch") }
        return epoch
    }
}
