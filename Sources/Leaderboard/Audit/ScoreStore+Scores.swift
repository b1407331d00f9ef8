import Board
import NIOCore
import RedisClient

// What another writer put there comes bounded (`Functions/members.lua`).
extension ScoreStore {
    /// Each member of a sorted set of scores, 1,000 at a time; one may come twice.
    func forEachScore(
        of key: String,
        on eventLoop: any EventLoop,
        _ body: (BoardMember, Int) -> Void
    ) async throws(ScoreStoreError) {
        try await forEachPage(of: [key], by: "leaderboard_members", ["ZSCAN"], on: eventLoop) {
            (words) throws(ScoreStoreError) in
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                guard case .string(let name) = words[index], let score = words[index + 1].score else {
                    throw .unavailable("unexpected reply")
                }
                body(BoardMember(name), score)
            }
        }
    }

    /// The same of ``RankedKeys/scores`` or ``RankedKeys/withheld`` of these keys, in the layout of a definition, and with each since when
    /// the user has the score. A member that stands for no user of the board is ``BoardMember/foreign(_:)``.
    func forEachRow(
        of key: String,
        _ keys: some RankedKeys,
        _ definition: BoardDefinition,
        on eventLoop: any EventLoop,
        _ body: (BoardMember, BoardState.Place) -> Void
    ) async throws(ScoreStoreError) {
        guard definition.ties.isByArrival else {
            try await forEachScore(of: key, on: eventLoop) { member, score in
                body(member, BoardState.Place(score: score))
            }
            return
        }
        try await forEachPage(
            of: [key, keys.at],
            by: "leaderboard_rows",
            [String(buffer: definition.stored)],
            [key == keys.withheld ? "1" : "0"],
            on: eventLoop
        ) { (words) throws(ScoreStoreError) in
            for index in stride(from: 0, to: words.count - 2, by: 3) {
                guard case .string(let name) = words[index], let score = words[index + 1].score,
                    let reached = words[index + 2].integer
                else { throw .unavailable("unexpected reply") }
                guard reached >= 0 else {
                    body(.foreign(name), BoardState.Place(score: score))
                    continue
                }
                body(BoardMember(name), BoardState.Place(score: score, reached: reached))
            }
        }
    }

    /// The users of a sorted set of scores, each with the place that the board's ties keep. What is no user id is not among them.
    /// - Parameters:
    ///   - key: `scores` or `withheld` of these keys.
    ///   - definition: in whose layout they are.
    func userPlaces(
        of key: String,
        _ keys: some RankedKeys,
        _ definition: BoardDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [String: BoardState.Place] {
        var places: [String: BoardState.Place] = [:]
        try await forEachRow(of: key, keys, definition, on: eventLoop) { member, place in
            if case .user(let user) = member { places[user.rawValue] = place }
        }
        return places
    }

    /// Those of the suspended users who are hidden.
    func hiddenUsers(of keys: BoardKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Set<String> {
        try await users(of: keys.suspended, ["hidden"], on: eventLoop)
    }

    /// The users of a set. What is no user id is not among them.
    /// - Parameter kind: behind the scan's own words (`Functions/members.lua`).
    func users(
        of key: String,
        _ kind: [String] = [],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Set<String> {
        var users: Set<String> = []
        try await forEachPage(of: [key], by: "leaderboard_members", ["SSCAN"], kind, on: eventLoop) {
            (words) throws(ScoreStoreError) in
            users.formUnion(words.compactMap(\.text))
        }
        return users
    }

    /// - Parameters:
    ///   - words: what stands before the cursor and the count.
    ///   - more: what stands behind them.
    private func forEachPage(
        of keys: [String],
        by function: String,
        _ words: [String],
        _ more: [String] = [],
        on eventLoop: any EventLoop,
        _ body: ([RESPValue]) throws(ScoreStoreError) -> Void
    ) async throws(ScoreStoreError) {
        var cursor = "0"
        repeat {
            var call = RedisCommand("FCALL_RO", function, String(keys.count))
            for word in keys + words + [cursor, "1000"] + more { call.append(word) }
            let page = try ScanPage(reply: try await read(call, on: eventLoop))
            try body(page.words)
            cursor = page.next
        } while cursor != "0"
    }
}

extension ScoreStore {
    /// The fields of a hash and their values, a page at a time; what is no text is left out.
    /// - Parameter pattern: which of them, as `HSCAN` takes it; nil: all.
    func forEachField(
        of hash: String,
        matching pattern: String? = nil,
        on eventLoop: any EventLoop,
        _ body: (_ field: String, _ value: String) -> Void
    ) async throws(ScoreStoreError) {
        var cursor = "0"
        repeat {
            var call = RedisCommand("HSCAN", hash, cursor, "COUNT", "1000")
            if let pattern { for word in ["MATCH", pattern] { call.append(word) } }
            let page = try ScanPage(reply: try await read(call, on: eventLoop))
            for index in stride(from: 0, to: page.words.count - 1, by: 2) {
                guard let field = page.words[index].text, let value = page.words[index + 1].text else { continue }
                body(field, value)
            }
            cursor = page.next
        } while cursor != "0"
    }
}

/// A member of a sorted set of scores.
enum BoardMember: Hashable {
    case user(UserID)
    /// Of another writer, cut if it is long.
    case foreign([UInt8])

    init(_ name: [UInt8]) {
        self = (try? UserID(utf8: name.span)).map { .user($0) } ?? .foreign(name)
    }

    var text: String {
        switch self {
        case .user(let user): user.rawValue
        case .foreign(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// What a step of a scan answers.
struct ScanPage {
    /// The next step's cursor; `0`: this was the last.
    let next: String
    let words: [RESPValue]

    init(reply: RESPValue) throws(ScoreStoreError) {
        guard let parts = reply.array, parts.count == 2, let next = parts[0].text, let words = parts[1].array else {
            throw .unavailable("unexpected reply")
        }
        self.next = next
        self.words = words
    }
}
