import Board
import NIOCore
import RedisClient
import Text

// Who is in which segments, read whole, a page at a time.
extension ScoreStore {
    /// Of each user who is in some, as `country:de team:red`, in the order of the kinds. Each kind is of another moment: an audit entry
    /// tells of who moved meanwhile.
    func segments(of keys: BoardKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [String: String] {
        var segments: [String: String] = [:]
        for kind in board.definition.segments.kinds {
            var values: [String: SegmentValue] = [:]
            try await forEachField(of: keys.segments(of: kind).users, on: eventLoop) { user, stored in
                // What a total is beyond has a name that no user has.
                guard !user.contains(" "), let value = stored.words.last.flatMap({ SegmentValue($0) }) else { return }
                values[user] = value
            }
            for (user, value) in values {
                let others = segments[user].map { $0 + " " } ?? ""
                segments[user] = others + "\(Segment(kind: kind, value: value))"
            }
        }
        return segments
    }

    /// The user's own, in the order of the kinds.
    func segments(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [Segment] {
        var found: [Segment] = []
        for kind in board.definition.segments.kinds {
            let call = RedisCommand("HGET", keys.segments(of: kind).users, user.rawValue)
            let record = try await read(call, on: eventLoop).text ?? ""
            if let value = record.words.last.flatMap({ SegmentValue($0) }) {
                found.append(Segment(kind: kind, value: value))
            }
        }
        return found
    }
}
