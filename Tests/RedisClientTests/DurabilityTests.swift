import NIOCore
import TestSupport
import Testing

@testable import RedisClient

@Suite("Durability")
struct DurabilityTests {
    private func options(_ durability: Durability) -> RedisOptions {
        var options = RedisOptions()
        options.durability = durability
        options.replicaTimeout = .milliseconds(500)
        return options
    }

    @Test("replicated: a reply means that a replica has the write, and without one the outcome is unknown")
    func replicated() async throws {
        let primary = try await PrivateRedisServer(port: .tcp)
        let replica = try await PrivateRedisServer(port: .tcp, replicaOf: primary)
        try await withClient(primary.url, options(.replicated)) { client, loop in
            // Many at once share a WAIT, and each has its own reply.
            let replies = try await withThrowingTaskGroup(of: Int?.self) { tasks in
                for _ in 1...100 {
                    tasks.addTask {
                        try await client.send(RedisCommand("INCR", "x"), isDurable: true, on: loop).integer
                    }
                }
                return try await tasks.reduce(into: Set<Int?>()) { $0.insert($1) }
            }
            #expect(replies == Set((1...100).map { $0 }))
            #expect(try await replica.command("GET", "x") == "100")
            // A failed command is no write that anybody waits for.
            await #expect(throws: RedisError.self) {
                try await client.send(RedisCommand("NOSUCH"), isDurable: true, on: loop)
            }

            replica.kill()
            try await until { try await primary.command("INFO", "replication").contains("connected_slaves:0") }
            await #expect(throws: RedisError.outcomeUnknown(.notReplicated)) {
                try await client.send(RedisCommand("INCR", "x"), isDurable: true, on: loop)
            }
            #expect(try await client.send(RedisCommand("GET", "x"), on: loop).text == "101")
        }
    }

    @Test("fsynced: a server that does not sync its file before it answers is refused, and the log says why")
    func fsynced() async throws {
        let log = LogRecorder()
        let server = try await PrivateRedisServer()
        try await withClient(server.url, options(.fsynced), isReady: false, logger: log.logger) { client, _ in
            try await until { !log.lines.isEmpty }
            #expect(!client.isConnected)
            #expect(
                log.lines == [
                    "error redis refused the connection "
                        + "reason=DURABILITY=fsynced needs appendonly yes and appendfsync always"
                ]
            )
            try await server.command("CONFIG", "SET", "appendfsync", "always")
            try await until { client.isConnected }
        }
    }

    @Test("fsynced: where CONFIG may not be read, the log says that nothing was checked")
    func notReadable() async throws {
        let log = LogRecorder()
        let server = try await PrivateRedisServer()
        try await server.command("ACL", "SETUSER", "default", "-config")
        try await withClient(server.url, options(.fsynced), logger: log.logger) { _, _ in
            #expect(log.lines == ["notice redis does not allow a check, which is left out command=CONFIG GET"])
        }
    }
}
