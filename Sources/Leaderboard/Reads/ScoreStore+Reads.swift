package import Board
package import NIOCore
import RedisClient

// Reads of any board, by its own order and ties, each in one call (`Functions/page.lua`, `Functions/places.lua`). Nil: there is no
// such board any more, or not yet: the caller finds it anew.
extension ScoreStore {
    /// At most so many ids in one call.
    package static let usersAtOnce = 100

    package func rows(
        _ selection: RowSelection,
        limit: Int,
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RankedPage? {
        let (name, word) =
            switch selection {
            case .page(let offset): ("page", String(offset))
            case .around(let user): ("around", user.rawValue)
            case .aroundScore(let score): ("around_score", String(score))
            }
        let page = try Self.read(try await ask(name, [word, String(limit)], in: view, on: eventLoop)) {
            RankedPage($0, $1, order: BoardOrder(board.definition))
        }
        // Of seasons, nobody takes them away.
        if let page, page.passedOver > 0, view == .whole { functions.reports.metForeign(board.id) }
        return page
    }

    /// - Parameter users: 1 to ``usersAtOnce``.
    package func standings(
        of users: [UserID],
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UserStandings? {
        let reply = try await ask("users", users.map(\.rawValue), in: view, on: eventLoop)
        return try Self.read(reply) { UserStandings($0, $1, of: users) }
    }

    /// Nil within: the user is not on the board.
    package func place(
        of user: UserID,
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UserPlace?? {
        try Self.read(try await ask("place", [user.rawValue], in: view, on: eventLoop)) {
            UserPlace.read($0, $1, of: user)
        }
    }

    package func place(
        of score: Int,
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> ScorePlace? {
        try Self.read(try await ask("percentile", [String(score)], in: view, on: eventLoop)) { ScorePlace($0, $1[...]) }
    }

    /// At most so many percentiles in one call.
    package static let percentilesAtOnce = 20

    /// In the order of the percentiles; nil within: nobody is on the board.
    /// - Parameter millionths: 1 to ``percentilesAtOnce`` of them, each 0 to 1,000,000, where the best score is.
    package func scores(
        at millionths: [Int],
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [PercentileScore?]? {
        let words = millionths.map(String.init)
        return try Self.read(try await ask("score_at", words, in: view, on: eventLoop)) { head, fields in
            if fields.isEmpty { return millionths.map { _ in nil } }
            guard fields.count == 2 * millionths.count else { return nil }
            var scores: [PercentileScore?] = []
            for (place, millionths) in millionths.enumerated() {
                guard let better = fields[2 * place].score, let worse = fields[2 * place + 1].score else { return nil }
                scores.append(
                    PercentileScore(total: head.total, millionths: millionths, better: better, worse: worse)
                )
            }
            return scores
        }
    }

    /// How many scores lie between these, which are included; nil: no bound.
    package func count(
        from least: Int?,
        to greatest: Int?,
        in view: BoardView = .whole,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> (count: Int, total: Int)? {
        let words = [least, greatest].map { $0.map(String.init) ?? "" }
        return try Self.read(try await ask("count", words, in: view, on: eventLoop)) { head, fields in
            guard fields.count == 1, let count = fields[0].count else { return nil }
            return (count, head.total)
        }
    }

    func ask(
        _ name: String,
        _ words: [String],
        in view: BoardView,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        if case .segment(let segment) = view { return try await ask(name, words, of: segment, on: eventLoop) }
        if case .window = view { return try await ask(name, words, ofSeasonsIn: view, on: eventLoop) }
        return try await read(call(name, words, scores: keys.scores, at: keys.at), on: eventLoop)
    }

    /// - Parameters:
    ///   - withheld: of ``ownPlace`` alone: the scores that are kept there; nil: the board's.
    ///   - stamps: the same, of a segment: the board's ``BoardKeys/at``.
    ///   - times: when the call has an answer, as `@<from>,<until>`; nil: at any time. Or, of a segment, `#<value>`.
    ///   - running: nil: they say it alone.
    func call(
        _ name: String,
        _ words: [String],
        scores: String,
        at: String,
        withheld: String? = nil,
        stamps: String? = nil,
        times: String? = nil,
        running: RunningAsked? = nil
    ) -> RedisCommand {
        var names = [keys.board, keys.seq, keys.epoch, scores, at]
        if name == Self.ownPlace { names += [keys.suspended, withheld ?? keys.withheld] }
        if let stamps { names.append(stamps) }
        if let running { names.append(running.key) }
        var call = RedisCommand("FCALL_RO", "leaderboard_" + name, String(names.count))
        for key in names { call.append(key) }
        call.append(board.given)
        if seesFrozen { call.append("!") }
        if let times { call.append(times + (running?.text ?? "")) }
        for word in words { call.append(word) }
        return call
    }

    static func read<Value>(
        _ reply: RESPValue,
        _ make: (ReplyHead, [RESPValue]) -> Value?
    ) throws(ScoreStoreError) -> Value? {
        guard let fields = reply.array else { throw .unavailable("unexpected reply") }
        if fields.count == 1, fields[0].text == "no_board" { return nil }
        if fields.count == 2, fields[0].text == "frozen", let since = fields[1].count { throw .frozen(since: since) }
        guard let head = ReplyHead(fields), let value = make(head, Array(fields.dropFirst(3))) else {
            throw .unavailable("unexpected reply")
        }
        return value
    }
}

extension RankedPage {
    init?(_ head: ReplyHead, _ fields: [RESPValue], order: BoardOrder) {
        var (fields, passedOver) = (fields[...], 0)
        if fields.count % 3 == 1 {
            guard let count = fields.popLast()?.count else { return nil }
            passedOver = count
        }
        guard fields.count.isMultiple(of: 3) else { return nil }
        var (standings, ranks): ([Standing], [Int]) = ([], [])
        standings.reserveCapacity(fields.count / 3)
        ranks.reserveCapacity(fields.count / 3)
        for index in stride(from: 0, to: fields.count, by: 3) {
            guard case .string(let user) = fields[index], let score = fields[index + 1].score,
                let rank = fields[index + 2].rank
            else { return nil }
            standings.append(Standing(user: String(decoding: user, as: UTF8.self), score: score))
            ranks.append(rank)
        }
        self.init(
            Snapshot(cursor: head.cursor, total: head.total, standings: standings, order: order),
            ranks: ranks,
            passedOver: passedOver
        )
    }
}

extension UserStandings {
    init?(_ head: ReplyHead, _ fields: [RESPValue], of users: [UserID]) {
        guard fields.count == 2 * users.count else { return nil }
        var standings: [UserStanding] = []
        for (user, index) in zip(users, stride(from: 0, to: fields.count, by: 2)) {
            if fields[index].text == "", fields[index + 1].text == "" {
                standings.append(UserStanding(user: user.rawValue, score: nil, rank: nil))
            } else {
                guard let score = fields[index].score, let rank = fields[index + 1].rank else { return nil }
                standings.append(UserStanding(user: user.rawValue, score: score, rank: rank))
            }
        }
        self.init(total: head.total, standings: standings)
    }
}

extension UserPlace {
    static func read(_ head: ReplyHead, _ fields: [RESPValue], of user: UserID) -> UserPlace?? {
        if fields.isEmpty { return .some(nil) }
        guard fields.count == 4, let score = fields[0].score, let rank = fields[1].rank,
            let among = ScorePlace(head, fields[2...])
        else { return nil }
        return UserPlace(standing: UserStanding(user: user.rawValue, score: score, rank: rank), among: among)
    }
}

extension ScorePlace {
    init?(_ head: ReplyHead, _ fields: ArraySlice<RESPValue>) {
        guard fields.count == 2, let worse = fields.first?.count, let equal = fields.last?.count else { return nil }
        self.init(total: head.total, worse: worse, equal: equal)
    }
}

extension RESPValue {
    /// 1 is best.
    fileprivate var rank: Int? { count.flatMap { $0 > 0 ? $0 : nil } }
}
