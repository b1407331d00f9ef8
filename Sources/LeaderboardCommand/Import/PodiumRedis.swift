import Board
import Leaderboard
import LeaderboardService
import NIOCore
import RedisClient
import Text

/// The Redis of a Podium: each leaderboard is a sorted set of the same name, with a second one, `NAME:ttl`, where single scores expire. Only
/// read.
struct PodiumRedis: Sendable {
    static let maximumLeaderboards = 10_000
    private static let pageRows = 1000
    private static let scanCount = "1000"

    private let redis: RedisConnections
    private let eventLoop: any EventLoop

    init(_ redis: RedisConnections, on eventLoop: any EventLoop) {
        self.redis = redis
        self.eventLoop = eventLoop
    }

    /// The names of all sorted sets but the times at which scores expire, and what a leaderboard of ours has there. In the order of
    /// their bytes.
    func names() async throws -> [String] {
        let primaries = await redis.primaries(on: eventLoop)
        var names: Set<String> = []
        if primaries.isEmpty {
            try await scan(into: &names) { try await redis.send($0, on: eventLoop) }
        } else {
            for primary in primaries { try await scan(into: &names) { try await primary.send($0, on: eventLoop) } }
        }
        names = names.filter { name in
            !(name.hasSuffix(":ttl") && names.contains(String(name.dropLast(4)))) && !name.hasPrefix("lb:{")
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private func scan(
        into names: inout Set<String>,
        _ send: (RedisCommand) async throws -> RESPValue
    ) async throws {
        var cursor = "0"
        repeat {
            let page = try await send(RedisCommand("SCAN", cursor, "COUNT", Self.scanCount)).array
            guard let page, page.count == 2, let next = page[1].array, let text = page[0].text else {
                throw Self.rubbish
            }
            cursor = text
            for key in next {
                // A name that is no text is none of a leaderboard that HTTP could have made.
                guard let name = key.text, try await isSortedSet(name) else { continue }
                names.insert(name)
                guard names.count <= 2 * Self.maximumLeaderboards else {
                    throw CommandFailure(
                        "there are more than \(Self.maximumLeaderboards) sorted sets: name some by --only"
                    )
                }
            }
        } while cursor != "0"
    }

    func isSortedSet(_ name: String) async throws -> Bool {
        try await send("TYPE", name).text == "zset"
    }

    /// When Podium forgets the whole, in seconds; nil: never.
    func lifetime(of name: String) async throws -> Int? {
        try await send("TTL", name).integer.flatMap { $0 < 0 ? nil : $0 }
    }

    /// How many of its scores expire by themselves.
    func expiring(of name: String) async throws -> Int {
        let key = name + ":ttl"
        return try await isSortedSet(key) ? try await send("ZCARD", key).integer ?? 0 : 0
    }

    /// Each member with its score as Redis writes it, the least score first.
    func rows(of name: String, _ each: (_ place: Int, _ member: [UInt8], _ score: String) async throws -> Void)
        async throws
    {
        var place = 0
        while true {
            let words = try await send("ZRANGE", name, "\(place)", "\(place + Self.pageRows - 1)", "WITHSCORES").array
            guard let words, words.count.isMultiple(of: 2) else { throw Self.rubbish }
            for index in stride(from: 0, to: words.count, by: 2) {
                guard case .string(let member) = words[index], let score = words[index + 1].text else {
                    throw Self.rubbish
                }
                place += 1
                try await each(place, member, score)
            }
            guard words.count == 2 * Self.pageRows else { return }
        }
    }

    private func send(_ words: String...) async throws -> RESPValue {
        var command = RedisCommand()
        for word in words { command.append(word) }
        do { return try await redis.send(command, on: eventLoop) } catch {
            throw CommandFailure("Podium's Redis: \(error)")
        }
    }

    private static let rubbish = CommandFailure(
        "Podium's Redis answered what this edition of the command does not understand"
    )
}

/// The rows of the leaderboards that are taken.
struct PodiumRows: ForeignRows {
    static let unit = "place"

    let redis: PodiumRedis
    /// In the order of the boards.
    let names: [String]

    func read(_ take: (ForeignRow) async throws -> Void, fault: (ForeignFault) -> Void) async throws {
        for (board, name) in names.enumerated() {
            try await redis.rows(of: name) { place, member, score in
                let row: ImportedRow
                do throws(ForeignFault) { row = try Self.row(place, member, score) } catch {
                    return fault(ForeignFault("\(name), place \(place): \(error.text)"))
                }
                try await take(ForeignRow(board: board, row: row))
            }
        }
    }

    private static func row(_ place: Int, _ member: [UInt8], _ score: String) throws(ForeignFault) -> ImportedRow {
        let user: UserID
        do { user = try UserID(utf8: member.span) } catch {
            throw ForeignFault("\(String(decoding: member, as: UTF8.self)): \(error)")
        }
        guard let number = Int(score).flatMap(ScoreRange.checked) else {
            throw ForeignFault(
                "\(user) has \(score): a score must be a whole number from \(-ScoreRange.limit) to \(ScoreRange.limit)"
            )
        }
        return ImportedRow(line: place, user: user, score: number)
    }
}
