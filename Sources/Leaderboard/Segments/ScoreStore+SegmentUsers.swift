import Board
import NIOCore
import RedisClient
import Text

// Who is in which segments, read whole, a page at a time.
extension ScoreStore {
    private static let pageOfUsers = "1000"

    /// Of each user who is in some, as `country:de team:red`, in the order of the kinds. Each kind is of another moment: an audit entry
    /// tells of who moved meanwhile.
    func segments(of keys: BoardKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [String: String] {
        var segments: [String: String] = [:]
        for kind in board.definition.segments.kinds {
            var values: [String: SegmentValue] = [:]
            var cursor = "0"
            repeat {
                let call = RedisCommand("HSCAN", keys.segments(of: kind).users, cursor, "COUNT", Self.pageOfUsers)
                let page = try ScanPage(reply: try await read(call, on: eventLoop))
                for index in stride(from: 0, to: page.words.count - 1, by: 2) {
                    // What a total is beyond has a name that no user has.
                    guard let user = page.words[index].text, !user.contains(" "),
                        let value = (page.words[index + 1].text?.words.last).flatMap({ SegmentValue($0) })
                    else { continue }
                    values[user] = value
                }
                cursor = page.next
            } while cursor != "0"
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
