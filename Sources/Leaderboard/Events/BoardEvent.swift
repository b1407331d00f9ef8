package import Board
import Text

/// What a message on the board's channel tells.
package enum BoardEvent: Sendable, Equatable {
    /// Of a hidden user, and of an update that waits for review, it tells that there is one, and nothing of the score: `{"user_id":"12345","unseen":true}`.
    case change(Change)
    case group(GroupEvent)
    /// The board is not what the scores told so far make of it: a user left it (`{"user_id":"12345","removed":true}`), or
    /// much changed at once (`{"reset":true}`). Who follows it takes the standings anew.
    case standingsReplaced
    /// A season of one of its windows begins: the board is what it was, and so is its definition.
    case seasonsBegun(BegunSeasons)
    /// A user says something else of itself by now, and nothing of the board is other than it was: `{"user_id":"12345","meta":true}`.
    case saysOther(UserID)

    /// Anyone who may publish in Redis wrote this: what ``Change`` says of it holds here.
    package init(json: [UInt8]) throws(InvalidScoreEvent) {
        if let own = Change(ownJSON: json) {
            self = .change(own)
        } else if let own = GroupEvent(ownJSON: json) {
            self = .group(own)
        } else {
            let value: JSONValue
            do {
                value = try JSONValue(json: json, maximumBytes: GroupEvent.maximumJSONBytes)
            } catch {
                throw InvalidScoreEvent(reason: "\(error)")
            }
            guard let object = value.object else { throw InvalidScoreEvent(reason: "not an object") }
            try self.init(object, bytes: json.count)
        }
    }

    private init(_ object: JSONObject, bytes: Int) throws(InvalidScoreEvent) {
        if object["updates"] != nil, object["user_id"] == nil {
            self = .group(try GroupEvent(object))
        } else if bytes > Change.maximumJSONBytes {
            throw InvalidScoreEvent(reason: "the text is too large for an event of one update")
        } else if object["score"] == nil, object["reset"]?.bool == true || Self.isRemoval(object) {
            let text = object["seasons"]?.string ?? ""
            let begun = try text.isEmpty ? nil : BegunSeasons(text, at: EventPlace(object))
            self = begun.map(Self.seasonsBegun) ?? .standingsReplaced
        } else if let user = Self.teller(object) {
            self = .saysOther(user)
        } else {
            self = .change(try Change(object))
        }
    }

    private static func teller(_ object: JSONObject) -> UserID? {
        guard object["score"] == nil, object[EventScore.meta]?.bool == true else { return nil }
        return object["user_id"]?.string.flatMap { try? UserID($0) }
    }

    private static func isRemoval(_ object: JSONObject) -> Bool {
        guard object["removed"]?.bool == true, let user = object["user_id"]?.string else { return false }
        return (try? UserID(user)) != nil
    }
}
