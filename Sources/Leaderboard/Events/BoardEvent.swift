/// What a message on the board's channel tells.
package enum BoardEvent: Sendable, Equatable {
    case score(ScoreEvent)
    /// The board is not what the scores told so far make of it: a user left it (`{"user_id":"12345","removed":true}`), or
    /// much changed at once (`{"reset":true}`). Who follows it takes the standings anew.
    case standingsReplaced

    /// Anyone who may publish in Redis wrote this: what ``ScoreEvent`` says of it holds here.
    package init(json: [UInt8]) throws(InvalidScoreEvent) {
        do {
            self = .score(try ScoreEvent(json: json))
        } catch {
            guard let object = try? JSONValue(json: json, maximumBytes: ScoreEvent.maximumJSONBytes).object,
                object["score"] == nil, object["reset"]?.bool == true || Self.isRemoval(object)
            else { throw error }
            self = .standingsReplaced
        }
    }

    private static func isRemoval(_ object: JSONObject) -> Bool {
        guard object["removed"]?.bool == true, let user = object["user_id"]?.string else { return false }
        return (try? UserID(user)) != nil
    }
}
