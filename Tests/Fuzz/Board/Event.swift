import Board
import Text
import NIOCore

@testable import Broadcast
@testable import Leaderboard
@testable import LeaderboardService

extension FuzzTarget {
    static let event = FuzzTarget(
        "event",
        "messages on the board's channel: the scanner of our own and the reader of all agree",
        dictionary: "json"
    ) { input in
        let event = try? BoardEvent(json: input.bytes)
        if let strange = input.withStrangeMember { promise((try? BoardEvent(json: strange)) == event, "both agree") }
        switch event {
        case .change(let change)?: promiseSound(change)
        case .group(let group)?:
            promise((1...GroupEvent.maximumUpdates).contains(group.updates.count), "a group is bounded")
            for score in group.updates { promiseSound(score) }
            let seqs = group.updates.compactMap(\.seq)
            promise(seqs.isEmpty || seqs.count == group.updates.count, "all have a seq, or none has")
            promise(zip(seqs, seqs.dropFirst()).allSatisfy { $0 + 1 == $1 }, "seqs follow each other")
        case .seasonsBegun(let begun)?:
            promise((1...ScoreRange.limit).contains(begun.cursor.seq), "it has a place in the stream")
            promise(begun.seasons.count <= BoardWindows.maximumCount, "no board has more windows")
        case .standingsReplaced?, .saysOther?, nil: break
        }
    }

    private static func promiseSound(_ change: Change) {
        promise(ScoreRange.contains(change.score) && ScoreRange.contains(change.increase ?? 0), "points are in range")
        promise((1...ScoreRange.limit).contains(change.seq ?? 1), "a seq is in range")
        promise((change.seq == nil) == (change.epoch == nil), "seq and epoch come together")
        let placed = PlacedChange(
            user: change.user,
            score: change.score,
            increase: change.increase ?? 0,
            seq: change.seq ?? 0,
            hasOwnSeq: change.seq != nil
        )
        let message = Message.change(placed, rank: nil)
        promise((try? JSONValue(json: message, maximumBytes: 4096))?.object != nil, "what viewers get is JSON")
    }
}

extension FuzzInput {
    /// The same object with a member that nobody knows at its front, so that it is none of our own; nil where that would be
    /// another text.
    fileprivate var withStrangeMember: [UInt8]? {
        let member = Array(#""?":0,"#.utf8)
        guard let brace = bytes.firstIndex(of: UInt8(ascii: "{")),
            bytes[..<brace].allSatisfy({ [0x20, 0x0A, 0x0D, 0x09].contains($0) }),
            bytes[(brace + 1)...].first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) == UInt8(ascii: "\""),
            !bytes.contains(UInt8(ascii: "?")), !bytes.contains(UInt8(ascii: "\\")),
            bytes.count <= Change.maximumJSONBytes - member.count
        else { return nil }
        return bytes[...brace] + member + bytes[(brace + 1)...]
    }
}
