package import NIOCore
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

    /// The users who do not stand in their segments as on the board: another service wrote the board's scores, and the users were not
    /// changed since. By kind.
    package func segmentFaults(
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [SegmentKind: Set<String>] {
        var faults: [SegmentKind: Set<String>] = [:]
        for kind in board.definition.segments.kinds {
            let segments = keys.segments(of: kind)
            var cursor = "0"
            repeat {
                let call = RedisCommand(
                    "FCALL_RO",
                    "leaderboard_segments",
                    "5",
                    segments.users,
                    segments.places,
                    keys.scores,
                    keys.at,
                    keys.board,
                    cursor,
                    Self.pageOfUsers
                )
                let page = try ScanPage(reply: try await read(call, on: eventLoop))
                for index in stride(from: 0, to: page.words.count - 2, by: 3) where page.words[index + 2].integer != 1 {
                    faults[kind, default: []].insert(page.words[index].text ?? "")
                }
                cursor = page.next
            } while cursor != "0"
        }
        return faults
    }
}
