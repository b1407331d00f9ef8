package import NIOCore
import RedisClient
import Seasons
import Synchronization

/// What there is of a name, as Redis has it now.
package enum HeldDefinition: Sendable, Equatable {
    case nothing
    case stored(BoardDefinition)
    /// Of ``BoardID/main``, which nobody has defined.
    case environment(BoardDefinition)
    /// Somebody is deleting the board, or was interrupted.
    case deleting
    /// Another writer's, and no definition.
    case unreadable

    /// Nil: there is none that has one.
    package var version: String? { definition?.version }

    package var definition: BoardDefinition? {
        switch self {
        case .stored(let definition), .environment(let definition): definition
        case .nothing, .deleting, .unreadable: nil
        }
    }
}

/// What became of a definition that was to be stored.
package enum DefinitionOutcome: Sendable, Equatable {
    case stored(BoardDefinition)
    /// Another version holds than was expected; nil: none.
    case otherVersion(String?)
    /// This member cannot change: somebody is on the board, or seasons run by it.
    case fixed(member: String)
    /// A window of this name has had seasons by this rule, and cannot come back with another one.
    case fixedWindow(String, rule: String)
    /// There are as many definitions as there may be.
    case boardsLimit
    /// So many users are on hold, and without the definition nobody could be.
    case onHold(users: Int)
}

/// What became of a board that was to be deleted.
package enum DeletionOutcome: Sendable, Equatable {
    case deleted
    case otherVersion(String?)
    case notFound
    /// Something is kept of the board, which was not to be deleted.
    case notEmpty
}

extension Catalogue {
    /// Asks Redis, whatever is known.
    package func held(
        _ name: DefinitionName,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> HeldDefinition {
        guard let text = try await text(of: name, on: eventLoop) else {
            return name == .board(.main) ? .environment(functions.options.definition) : .nothing
        }
        if text == DeletedBoard.mark { return .deleting }
        return (try? BoardDefinition(stored: text)).map { .stored($0) } ?? .unreadable
    }

    /// Makes a definition, or changes it: at once for all instances, as each call says which version it goes by. As long as somebody is on hold,
    /// the rule ``PlausibilityRule/Name/byHand`` stays, whether the new one names it or not.
    /// - Parameters:
    ///   - held: what it takes the place of; if that does not hold any more, nothing is written.
    package func store(
        _ definition: BoardDefinition,
        as name: DefinitionName,
        inPlaceOf held: HeldDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> DefinitionOutcome {
        if let member = held.definition.flatMap({ definition.windows.fixedMember(from: $0.windows) }) {
            return .fixed(member: member)
        }
        if let old = held.definition?.segments, !definition.segments.keepsTotals(of: old) {
            return .fixed(member: "totals")
        }
        var definition = definition
        definition.frozenSince = held.definition?.frozenSince
        definition.version = (held.definition ?? BoardDefinition()).nextVersion
        guard try await takePlace(name, definition, on: eventLoop) else { return .boardsLimit }
        let given = if case .environment(let environment) = held { environment } else { BoardDefinition?.none }
        var reply = try await functions.change(
            define(definition, as: name, inPlaceOf: held, given: given),
            on: eventLoop
        )
        if reply.first?.text == "on_hold" {
            definition.rules.append(PlausibilityRule(.byHand, .hold))
            reply = try await functions.change(
                define(definition, as: name, inPlaceOf: held, given: given),
                on: eventLoop
            )
        }
        switch (reply.first?.text, reply.count) {
        case ("done", 2):
            // The index is mended by whoever meets the board, if it cannot be written now.
            try? await note(name, definition, on: eventLoop)
            forget(name)
            await beginManualSeasons(of: definition, as: name, on: eventLoop)
            return .stored(definition)
        case ("conflict", 2):
            forget(name)
            return .otherVersion(reply[1].text.flatMap { $0.isEmpty ? nil : $0 })
        case ("fixed", 2): return .fixed(member: reply[1].text ?? "")
        case ("fixed_window", 3): return .fixedWindow(reply[1].text ?? "", rule: reply[2].text ?? "")
        default: throw .unavailable("unexpected reply")
        }
    }

    /// No calendar says when the first season of a window `manual` began: it is when the window was made, and not when somebody first asks.
    /// Where this fails, the first update begins it.
    private func beginManualSeasons(
        of definition: BoardDefinition,
        as name: DefinitionName,
        on eventLoop: any EventLoop
    ) async {
        guard let id = name.board, definition.windows.seasonal.contains(where: { $0.reset == .manual }) else { return }
        _ = try? await board(id, on: eventLoop).roll(on: eventLoop)
    }

    /// Takes the definition of ``BoardID/main`` away: what the environment says holds again.
    /// - Parameter held: what is taken away; if that does not hold any more, nothing is written.
    /// - Returns: of ``DefinitionOutcome/stored(_:)`` the environment's.
    package func returnToEnvironment(
        from held: HeldDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> DefinitionOutcome {
        let environment = functions.options.definition
        let call = define(nil, as: .board(.main), inPlaceOf: held, given: environment)
        let reply = try await functions.change(call, on: eventLoop)
        switch (reply.first?.text, reply.count) {
        case ("done", 2):
            try? await index.remove(.board(.main), on: eventLoop)
            forget(.board(.main))
            return .stored(environment)
        case ("on_hold", 2): return .onHold(users: reply[1].count ?? 0)
        case ("conflict", 2):
            forget(.main)
            return .otherVersion(reply[1].text.flatMap { $0.isEmpty ? nil : $0 })
        case ("fixed", 2): return .fixed(member: reply[1].text ?? "")
        case ("fixed_window", 3): return .fixedWindow(reply[1].text ?? "", rule: reply[2].text ?? "")
        default: throw .unavailable("unexpected reply")
        }
    }

    /// - Parameter definition: nil: none is to be stored, and `given` holds.
    private func define(
        _ definition: BoardDefinition?,
        as name: DefinitionName,
        inPlaceOf held: HeldDefinition,
        given: BoardDefinition?
    ) -> RedisCommand {
        let keys = BoardKeys(board: "\(name)", in: functions.options.keySpace)
        let names = [
            keys.board, keys.scores, keys.withheld, keys.at, keys.seq, keys.epoch, keys.seasons, keys.ended,
            keys.windows, keys.holding,
        ]
        var words = RedisCommand()
        words.append(definition.map { Array($0.stored.readableBytesView) } ?? [])
        for word in [held.version ?? "", keys.channel] { words.append(word) }
        words.append(given.map { Array($0.stored.readableBytesView) } ?? [])
        // It is told of the kinds that go.
        let old = held.definition?.segments ?? BoardSegments()
        let new = (definition ?? given)?.segments ?? BoardSegments()
        if let segmented = SegmentedCall(keys, old, of: old.kinds(notIn: new)) {
            return segmented.command("leaderboard_define", keys: names, words)
        }
        var call = RedisCommand("FCALL", "leaderboard_define", String(names.count))
        for key in names { call.append(key) }
        return call + words
    }

    /// Takes a board away. With its data, first all that is kept of it in one step, then what is kept of each user's updates, a
    /// thousand keys at a time: until that is done the board takes no update and cannot be made anew. Who was interrupted asks again.
    /// - Parameters:
    ///   - version: that holds; nil: whichever.
    ///   - withData: scores, audit and all; otherwise a board of which anything is kept stays.
    package func delete(
        _ name: DefinitionName,
        version: String?,
        withData: Bool,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> DeletionOutcome {
        let deleted = DeletedBoard(keys: BoardKeys(board: "\(name)", in: functions.options.keySpace))
        let call = deleted.call(version: version, withData: withData)
        let reply = try await functions.change(call, on: eventLoop)
        switch (reply.first?.text, reply.count) {
        case ("done", 1): break
        case ("conflict", 2): return .otherVersion(reply[1].text.flatMap { $0.isEmpty ? nil : $0 })
        case ("no_board", 1): return .notFound
        case ("not_empty", 1): return .notEmpty
        default: throw .unavailable("unexpected reply")
        }
        forget(name)
        if withData { try await deleted.clear(functions, on: eventLoop) }
        try await index.remove(name, on: eventLoop)
        forget(name)
        return .deleted
    }

    /// Of what is stored under this name: whoever stores a definition, or meets one, sees to it that the index has it, and as it is.
    package func note(
        _ name: DefinitionName,
        _ definition: BoardDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        let entry = try await index.entry(of: name, on: eventLoop)
        let right = BoardIndex.Entry(definition, created: entry?.created ?? Self.now)
        guard entry != right else { return }
        try await index.put(name, right, on: eventLoop)
        listing.withLock { $0 = nil }
    }

    func forget(_ name: DefinitionName) {
        if let id = name.board { forget(id) } else { forgetAll() }
        listing.withLock { $0 = nil }
    }
}

extension FunctionCalls {
    /// A call that writes, and is not repeated where it may have been executed.
    func change(_ call: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [RESPValue] {
        let reply: RESPValue
        do { reply = try await operate(call, on: eventLoop) } catch { throw ScoreStoreError(ofWrite: error) }
        guard let fields = reply.array, !fields.isEmpty else { throw .outcomeUnknown("unexpected reply") }
        return fields
    }
}
