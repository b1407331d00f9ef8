package import NIOCore

extension RedisConnections {
    /// Every primary of the cluster, as one of its nodes says; nobody where Redis is no cluster, or no node answers.
    package func primaries(on eventLoop: any EventLoop) async -> [RedisNode] {
        let locator = shards.locator
        return await locator.primaries(on: eventLoop).map { RedisNode(question: locator.question(to: $0)) }
    }

    /// As far as is known now.
    package var isCluster: Bool { shards.locator.isCluster }

    /// How often a primary was found at another place than before, or a new one was met.
    package var moveCount: Int { shards.moveCount }
}

/// One server of a cluster. Each command has a connection made for it, so it is for what is rare.
package struct RedisNode: Sendable {
    let question: RedisQuestion

    package func send(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) -> RESPValue {
        do {
            return try await question.ask(command, on: eventLoop).get()
        } catch {
            throw error as? RedisError ?? .notSent(.disconnected)
        }
    }
}

/// The primary that a command goes to, with its replicas. It stays the same when one of them takes over.
package struct RedisShard: Hashable, Sendable {
    /// Nil: nobody serves the slot.
    let id: ShardID?
}

extension RedisConnections {
    /// As far as is known now.
    package func shard(of command: RedisCommand) -> RedisShard {
        guard shards.locator.isCluster else { return RedisShard(id: .first) }
        let topology = shards.locator.cluster.topology
        guard case .slot(let slot) = command.place else { return RedisShard(id: topology.home) }
        return RedisShard(id: topology.shard(of: slot))
    }
}
