package import Board
package import Text
package import NIOCore

/// One wish to raise one user's score, as valid as it can be told without Redis.
package struct ScoreUpdate: Hashable, Sendable {
    package let user: UserID
    package let increase: ScoreIncrease
    /// The signed grant that came with it, as it was sent; see `GRANTS`.
    package let grant: String?
    /// What the user says of itself from then on; nil: as before.
    package let metadata: UserMetadata?

    package init(user: UserID, increase: ScoreIncrease, grant: String? = nil) {
        self.user = user
        self.increase = increase
        self.grant = grant
        metadata = nil
    }

    /// Larger bodies are refused unread.
    package static let maximumJSONBytes = 4096

    /// `{"user_id":"12345","score_increase":50}`, and maybe a `"grant"` and `"metadata"`; other members are ignored, but for those that
    /// whoever sends them relies on: a season or segments, which the board has not.
    package init(json: ByteBuffer, maximumIncrease: Int) throws(ScoreUpdateError) {
        if let usual = Self(usualJSON: json, maximumIncrease: maximumIncrease) {
            self = usual
            return
        }
        let object = try Self.object(json, maximumBytes: Self.maximumJSONBytes)
        user = try Self.user(of: object)
        grant = object["grant"]?.string
        metadata = try Self.metadata(of: object)
        do {
            guard let amount = object["score_increase"]?.integer else {
                throw InvalidScoreIncrease(maximum: maximumIncrease)
            }
            increase = try ScoreIncrease(amount, maximum: maximumIncrease)
        } catch {
            throw ScoreUpdateError(.scoreIncrease, "\(error)")
        }
        if let season = object["season"] { throw season.string == nil ? NamedSeason.malformed : .noSeasons }
        if let segments = object["segments"] { _ = try SegmentMoves(segments, of: BoardSegments()) }
    }
}

extension ScoreUpdate {
    /// - Parameter maximumBytes: a larger body is refused.
    package static func object(_ json: ByteBuffer, maximumBytes: Int) throws(ScoreUpdateError) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONValue(json: json, maximumBytes: maximumBytes)
        } catch {
            throw ScoreUpdateError(.json, "The body is not valid JSON: \(error).")
        }
        guard let object = value.object else { throw ScoreUpdateError(.json, "The body must be a JSON object.") }
        return object
    }

    package static func user(of object: JSONObject) throws(ScoreUpdateError) -> UserID {
        do {
            guard let text = object["user_id"]?.string else { throw InvalidUserID() }
            return try UserID(text)
        } catch {
            throw ScoreUpdateError(.userID, "\(error)")
        }
    }

    /// Nil: none are sent. `{}`: nothing is said any more.
    package static func metadata(of object: JSONObject) throws(ScoreUpdateError) -> UserMetadata? {
        guard let value = object["metadata"] else { return nil }
        do { return try UserMetadata(value) } catch { throw ScoreUpdateError(.metadata, "metadata: \(error)") }
    }

    /// The two members alone, in this order; nil for anything else, faults included.
    init?(usualJSON json: ByteBuffer, maximumIncrease: Int) {
        guard json.readableBytes <= 256 else { return nil }
        let text = json.readableBytesUInt8Span
        var scanner = PlainObjectScanner()
        guard scanner.member("{", .userID, of: text),
            let name = scanner.string(of: text, maximumBytes: UserID.maximumLength),
            let user = try? UserID(utf8: text.extracting(name)),
            scanner.member(",", .scoreIncrease, of: text), let amount = scanner.integer(of: text),
            let increase = try? ScoreIncrease(amount, maximum: maximumIncrease),
            scanner.end(of: text)
        else { return nil }
        self.init(user: user, increase: increase)
    }
}
