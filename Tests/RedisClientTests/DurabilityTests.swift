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

    @Test("replicated: a replica that hangs slows no read and costs no connection; writes say so, and then work again")
    func hungReplica() async throws {
        var options = options(.replicated)
        options.commandTimeout = .seconds(1)
        let log = LogRecorder()
        let primary = try await PrivateRedisServer(port: .tcp)
        let replica = try await PrivateRedisServer(port: .tcp, replicaOf: primary)
        try await withClient(primary.url, options, logger: log.logger) { client, loop in
            _ = try await client.send(RedisCommand("INCR", "x"), isDurable: true, on: loop)
            replica.pause()
            defer { replica.resume() }
            // Writes that come one by one, for longer than a command's deadline.
            var writes: [Task<RESPValue, any Error>] = []
            var slowest = Duration.zero
            for _ in 1...50 {
                writes.append(Task { try await client.send(RedisCommand("INCR", "x"), isDurable: true, on: loop) })
                try await Task.sleep(for: .milliseconds(40))
                let start = ContinuousClock.now
                _ = try await client.send(RedisCommand("GET", "x"), on: loop)
                slowest = max(slowest, .now - start)
                #expect(client.isConnected)
            }
            for write in writes {
                let error = await #expect(throws: RedisError.self) { try await write.value }
                // Once three beats tell that it does not keep up, no more is sent.
                #expect([.outcomeUnknown(.notReplicated), .notSent(.tooFewReplicas)].contains(error))
            }
            #expect(slowest < options.replicaTimeout / 2)
            replica.resume()
            try await until {
                (try? await client.send(RedisCommand("INCR", "x"), isDurable: true, on: loop)) != nil
            }
        }
        #expect(
            log.lines.first
                == "warning redis commands failed command=INCR count=1 kind=outcome_unknown reason=not_replicated"
        )
    }

    @Test("replicated: what is held while a WAIT is pending has not left when the server hangs, and is bounded")
    func held() async throws {
        var options = options(.replicated)
        options.commandTimeout = .seconds(2)
        options.maximumPendingCommands = 5
        let server = try await ScriptedServer { _, bytes in
            if bytes.contains("ROLE") { return [.send(greeted(bytes))] }
            return bytes.contains("INCR") ? [.send(":1\r\n")] : [.stall]
        }
        try await withClient("redis://127.0.0.1:\(server.port)", options) { client, loop in
            func write() async -> RedisError? {
                do throws(RedisError) {
                    _ = try await client.send(RedisCommand("INCR", "x"), isDurable: true, on: loop)
                    return nil
                } catch { return error }
            }
            async let first = write()
            try await until { client.pendingCount == 1 }
            // The reply to the first is in; its WAIT is not.
            try await Task.sleep(for: .milliseconds(100))
            let errors = await withTaskGroup(of: RedisError?.self) { tasks in
                for _ in 1...5 { tasks.addTask { await write() } }
                return await tasks.reduce(into: [RedisError?]()) { $0.append($1) }
            }
            #expect(await first == .outcomeUnknown(.timeout))
            #expect(errors == [.notSent(.queueFull)] + Array(repeating: .notSent(.disconnected), count: 4))
        }
        try await server.stop()
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
