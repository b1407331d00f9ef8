package import NIOCore
import RedisClient

/// Definitions that are stored, and that the index of boards does not have: who looks at every board passes over them.
package struct UnindexedDefinitions: Sendable {
    /// By name. Without ``BoardID/main``, which is always looked at.
    package let names: [String]
    /// There are more keys than were looked at.
    package let isPartial: Bool
}

extension BoardExamination {
    /// Of about so many keys each: some seconds. In a cluster each step has a connection of its own.
    private static let (steps, pageInCluster, stepsInCluster) = (5000, 10_000, 500)

    /// Nil where it cannot be told: this user may not look, or of a cluster a primary does not answer.
    package func unindexed(on eventLoop: any EventLoop) async -> UnindexedDefinitions? {
        var definitions = Definitions()
        if redis.isCluster {
            let primaries = await redis.primaries(on: eventLoop)
            guard !primaries.isEmpty else { return nil }
            for primary in primaries {
                let isDone = await scan(Self.pageInCluster, atMost: Self.stepsInCluster, into: &definitions) {
                    command in
                    try? await primary.send(command, on: eventLoop)
                }
                guard isDone else { return nil }
            }
        } else {
            let isDone = await scan(Self.pageSize, atMost: Self.steps, into: &definitions) { command in
                await ask(command, on: eventLoop)
            }
            guard isDone else { return nil }
        }
        // Read last: a name is in it before its definition is stored.
        guard let indexed = await indexed(on: eventLoop) else { return nil }
        let missing = definitions.names.subtracting(indexed).subtracting([.board(.main)])
        return UnindexedDefinitions(names: missing.map { "\($0)" }.sorted(), isPartial: definitions.isPartial)
    }

    private struct Definitions {
        var names: Set<DefinitionName> = []
        var isPartial = false
    }

    /// All keys of one server, or as many as the steps have.
    /// - Returns: false where it refuses, or does not answer.
    private func scan(
        _ count: Int,
        atMost maximum: Int,
        into definitions: inout Definitions,
        _ ask: (RedisCommand) async -> RESPValue?
    ) async -> Bool {
        var cursor = "0"
        for _ in 0..<maximum {
            let call = RedisCommand("SCAN", cursor, "MATCH", space.everyDefinition, "COUNT", String(count))
            guard let reply = await ask(call), let page = try? ScanPage(reply: reply) else { return false }
            definitions.names.formUnion(
                page.words.compactMap { $0.text.flatMap { space.definition(ofKey: $0) } }
            )
            cursor = page.next
            if cursor == "0" { return true }
        }
        definitions.isPartial = true
        return true
    }

    /// Of one board. Nil where it has no definition, or the index cannot be read.
    package func isIndexed(_ id: BoardID, on eventLoop: any EventLoop) async -> Bool? {
        guard id != .main else { return true }
        guard await ask(RedisCommand("EXISTS", keys(of: id).board), on: eventLoop)?.integer == 1 else { return nil }
        return await indexed(on: eventLoop)?.contains(.board(id))
    }
}
