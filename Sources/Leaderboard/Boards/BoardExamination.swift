import Board
package import NIOCore
package import RedisClient

/// What is wrong with one board, as far as reading its keys tells.
package struct BoardCondition: Sendable, Equatable {
    package let board: BoardID
    /// Keys with which no update is taken, and those with which operations are refused or members that are no users stay.
    package var stopUpdates: [String] = []
    package var stopOperations: [String] = []
    /// The key of the definition, if what it holds is none.
    package var unreadable: String?
    /// It has scores, an audit or suspended users, and no definition: nobody can use it.
    package var isLost = false
    /// It is frozen, and what it shows meanwhile is not there, or cannot be read.
    package var lacksFrozenRows = false
    /// Users whose erasure has begun, and has not ended: it goes on, or it was interrupted. Of more than 1,000, about so many.
    package var erasing = 0
    /// Members of another writer that were taken off the board.
    package var movedAway = 0
    /// Members that stand for no user of the board, of those that were looked at.
    package var strays = 0
    /// Users who have a stamp and stand nowhere; 0 as well where not all members were looked at.
    package var stampsOfNobody = 0
    /// Of its stream, as far as they are known.
    package var intake = IntakeCondition()
    /// Records, places and totals of segments that are not what the board has.
    package var segmentFaults = 0
    /// There are more members than were looked at.
    package var isPartial = false

    /// No update is taken, or no operation.
    package var isObstructed: Bool { !stopUpdates.isEmpty || !stopOperations.isEmpty || unreadable != nil }
}

/// Looks at boards for who is no ``ScoreStore``: it writes nothing, makes nothing, and brings no functions.
package struct BoardExamination: Sendable {
    let redis: RedisConnections
    let space: KeySpace

    /// Members or keys that one call looks at, about.
    static let pageSize = 1000

    package init(_ redis: RedisConnections, _ space: KeySpace) {
        self.redis = redis
        self.space = space
    }

    package init(_ functions: FunctionCalls) {
        self.init(functions.redis, functions.options.keySpace)
    }

    package func keys(of id: BoardID) -> BoardKeys { BoardKeys(board: id.rawValue, in: space) }

    /// The boards of the index by name, ``BoardID/main`` among them. Nil where it cannot be read.
    package func boards(on eventLoop: any EventLoop) async -> [BoardID]? {
        guard let names = await indexed(on: eventLoop) else { return nil }
        return Set(names.compactMap(\.board) + [.main]).sorted { $0.rawValue < $1.rawValue }
    }

    /// Whether there is anything of this name.
    package func isThere(_ id: BoardID, on eventLoop: any EventLoop) async -> Bool {
        guard id != .main else { return true }
        return await (ask(StoreCalls.kept(of: keys(of: id)), on: eventLoop)?.integer ?? 0) > 0
    }

    /// The names of the index; what is none is another writer's. Nil where it cannot be read.
    func indexed(on eventLoop: any EventLoop) async -> Set<DefinitionName>? {
        guard let fields = await ask(RedisCommand("HGETALL", space.index), on: eventLoop)?.array else { return nil }
        return Set(
            stride(from: 0, to: fields.count, by: 2).compactMap { index in
                fields[index].text.flatMap { try? DefinitionName($0) }
            }
        )
    }

    /// What keeps updates or operations from the board. Nil where nobody tells: the functions are not loaded, this user may not call
    /// them, or Redis does not answer.
    package func obstacles(on id: BoardID, on eventLoop: any EventLoop) async -> BoardCondition? {
        await look(at: id, on: eventLoop)?.condition
    }

    /// The same, with who stands on the board and is no user of it.
    /// - Parameter isWhole: all members are looked at; otherwise about 1,000 of them.
    package func condition(of id: BoardID, isWhole: Bool, on eventLoop: any EventLoop) async -> BoardCondition? {
        guard let seen = await look(at: id, on: eventLoop) else { return nil }
        let (definition, keys) = (seen.definition, self.keys(of: id))
        var condition = seen.condition
        condition.intake = await intake(keys, definition, on: eventLoop)
        condition.movedAway = await ask(RedisCommand("ZCARD", keys.foreign), on: eventLoop)?.integer ?? 0
        guard !condition.isObstructed, !condition.isLost else { return condition }
        var count = Members()
        for key in [keys.scores, keys.withheld] {
            await read(key, keys, definition ?? BoardDefinition(), isWhole: isWhole, into: &count, on: eventLoop)
        }
        var inSeasons = Members()
        if let definition, let calendar = WindowCalendar(definition) {
            for season in await seasons(of: keys, calendar, on: eventLoop) {
                let own = keys.season(of: season)
                for key in [own.scores, own.withheld] {
                    await read(key, own, definition, isWhole: isWhole, into: &inSeasons, on: eventLoop)
                }
            }
        }
        condition.strays = count.strays + inSeasons.strays
        condition.isPartial = count.isPartial || inSeasons.isPartial
        if let definition {
            let segments = await segmentFaults(of: keys, definition, isWhole: isWhole, on: eventLoop)
            condition.segmentFaults = segments.count
            condition.isPartial = condition.isPartial || segments.isPartial
        }
        if let definition, definition.ties.isByArrival, !count.isPartial,
            let stamps = await ask(RedisCommand("HLEN", keys.at), on: eventLoop)?.integer
        {
            condition.stampsOfNobody = max(0, stamps - count.stamped)
        }
        return condition
    }

    private func look(
        at id: BoardID,
        on eventLoop: any EventLoop
    ) async -> (condition: BoardCondition, definition: BoardDefinition?)? {
        let keys = self.keys(of: id)
        guard let unsound = await UnsoundKeys.ask(redis, keys, on: eventLoop) else { return nil }
        var condition = BoardCondition(board: id)
        condition.stopUpdates = unsound.stopUpdates
        condition.stopOperations = unsound.stopOperations
        let erasing = await ask(RedisCommand("SSCAN", keys.erasing, "0", "COUNT", "1000"), on: eventLoop)
        condition.erasing = erasing.flatMap { try? ScanPage(reply: $0) }?.words.count ?? 0
        let reply = await ask(RedisCommand("GET", keys.board), on: eventLoop)
        guard case .string(let text)? = reply else {
            // Of another type: nobody else has told it yet.
            let isThere = await ask(RedisCommand("EXISTS", keys.board), on: eventLoop)?.integer == 1
            if reply == nil, isThere { condition.unreadable = keys.board }
            if case .null? = reply, id != .main { condition.isLost = await self.isThere(id, on: eventLoop) }
            return (condition, nil)
        }
        let definition = try? BoardDefinition(stored: text)
        if definition == nil, text != DeletedBoard.mark { condition.unreadable = keys.board }
        if let definition {
            if definition.frozenSince != nil, let rows = await ask(RedisCommand("GET", keys.frozen), on: eventLoop) {
                condition.lacksFrozenRows = rows.text.flatMap { FrozenRows($0) } == nil
            }
            let spoilt = await spoiltKeys(of: id, definition, on: eventLoop)
            condition.stopUpdates += spoilt.stopUpdates
            condition.stopOperations += spoilt.stopOperations
        }
        return (condition, definition)
    }

    private struct Members {
        var strays = 0
        var stamped = 0
        var isPartial = false
    }

    /// - Parameter key: `scores` or `withheld` of these keys.
    private func read(
        _ key: String,
        _ keys: some RankedKeys,
        _ definition: BoardDefinition,
        isWhole: Bool,
        into count: inout Members,
        on eventLoop: any EventLoop
    ) async {
        let hasStamps = definition.ties.isByArrival
        var cursor = "0"
        repeat {
            let call =
                hasStamps
                ? rows(of: key, keys, definition, from: cursor) : Self.members(of: key, from: cursor)
            guard let reply = await ask(call, on: eventLoop), let page = try? ScanPage(reply: reply) else {
                count.isPartial = true
                return
            }
            for index in stride(from: 0, to: page.words.count, by: hasStamps ? 3 : 2) {
                if hasStamps {
                    let reached = page.words.dropFirst(index + 2).first?.integer ?? -1
                    if reached < 0 { count.strays += 1 } else if reached > 0 { count.stamped += 1 }
                } else if case .string(let name) = page.words[index], case .foreign = BoardMember(name) {
                    count.strays += 1
                }
            }
            cursor = page.next
        } while cursor != "0" && isWhole
        if cursor != "0" { count.isPartial = true }
    }

    private func rows(
        of key: String,
        _ keys: some RankedKeys,
        _ definition: BoardDefinition,
        from cursor: String
    ) -> RedisCommand {
        var call = RedisCommand("FCALL_RO", "leaderboard_rows", "2", key, keys.at)
        call.append(Array(definition.stored.readableBytesView))
        for word in [cursor, String(Self.pageSize), key == keys.withheld ? "1" : "0"] { call.append(word) }
        return call
    }

    private static func members(of key: String, from cursor: String) -> RedisCommand {
        RedisCommand("FCALL_RO", "leaderboard_members", "1", key, "ZSCAN", cursor, String(pageSize))
    }

    /// Nobody is troubled by a refusal: who may not look does not know.
    func ask(_ command: RedisCommand, on eventLoop: any EventLoop) async -> RESPValue? {
        try? await redis.send(command, expecting: { _ in true }, on: eventLoop)
    }
}
