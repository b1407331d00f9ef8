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
    /// Of about 1,000 keys each: some seconds.
    private static let maximumSteps = 5000

    /// Nil where it cannot be told: Redis is a cluster, which one connection does not see as a whole, or this user may not look.
    package func unindexed(on eventLoop: any EventLoop) async -> UnindexedDefinitions? {
        guard !redis.isCluster else { return nil }
        var found: Set<DefinitionName> = []
        var (cursor, steps) = ("0", 0)
        repeat {
            let call = RedisCommand(
                "SCAN",
                cursor,
                "MATCH",
                space.everyDefinition,
                "COUNT",
                String(Self.pageSize)
            )
            guard let reply = await ask(call, on: eventLoop), let page = try? ScanPage(reply: reply) else { return nil }
            found.formUnion(page.words.compactMap { $0.text.flatMap { space.definition(ofKey: $0) } })
            cursor = page.next
            steps += 1
        } while cursor != "0" && steps < Self.maximumSteps
        // Read last: a name is in it before its definition is stored.
        guard let indexed = await indexed(on: eventLoop) else { return nil }
        let missing = found.subtracting(indexed).subtracting([.board(.main)])
        return UnindexedDefinitions(names: missing.map { "\($0)" }.sorted(), isPartial: cursor != "0")
    }

    /// Of one board. Nil where it has no definition, or the index cannot be read.
    package func isIndexed(_ id: BoardID, on eventLoop: any EventLoop) async -> Bool? {
        guard id != .main else { return true }
        guard await ask(RedisCommand("EXISTS", keys(of: id).board), on: eventLoop)?.integer == 1 else { return nil }
        return await indexed(on: eventLoop)?.contains(.board(id))
    }
}
