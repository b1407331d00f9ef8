import Board
import Foundation
import Leaderboard
import Logging
import NIOCore
import ServiceLifecycle
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Private Redis", .timeLimit(.minutes(5)))
struct PrivateRedisTests {
    @Test("it answers on a socket that only its user can open, and on no port")
    func answersOnSocketOnly() async throws {
        try await withDataDirectory { data in
            let redis = PrivateRedis(dataDirectory: data, logger: quiet)
            let url = try await redis.start()
            #expect(url == "unix://\(data)/redis/redis.sock")
            #expect(await cli(data, "CONFIG", "GET", "port") == "port\n0")
            #expect(await cli(data, "CONFIG", "GET", "maxmemory-policy") == "maxmemory-policy\nnoeviction")
            #expect(try permissions(of: "\(data)/redis") == 0o700)
            #expect(try permissions(of: "\(data)/redis/redis.sock") == 0o700)
            await redis.stop()
        }
    }

    @Test("what was written is there again after a stop and a new start")
    func dataSurvivesRestart() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { _ in #expect(await cli(data, "SET", "score", "150") == "OK") }
            try await running(in: data) { _ in #expect(await cli(data, "GET", "score") == "150") }
        }
    }

    @Test("graceful shutdown ends the server before run() returns, and leaves no socket")
    func gracefulShutdown() async throws {
        try await withDataDirectory { data in
            let redis = PrivateRedis(dataDirectory: data, logger: quiet)
            try await redis.start()
            let server = try #require(redis.serverProcessID)
            let group = ServiceGroup(services: [redis], logger: quiet)
            async let ended: Void = group.run()
            await group.triggerGracefulShutdown()
            try await ended
            #expect(!isAlive(server))
            #expect(!FileManager.default.fileExists(atPath: "\(data)/redis/redis.sock"))
        }
    }

    @Test("a server that was killed is started again with its data, under the same address")
    func killedServerComesBack() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { redis in
                #expect(await cli(data, "SET", "score", "150") == "OK")
                let first = try #require(redis.serverProcessID)
                kill(first, SIGKILL)
                try await until { await cli(data, "GET", "score") == "150" && redis.serverProcessID != first }
            }
        }
    }

    @Test("a server that does not end at SIGTERM is killed when patience is over")
    func stubbornServerIsKilled() async throws {
        try await withDataDirectory { data in
            var patience = PrivateRedis.Patience()
            patience.stop = .milliseconds(200)
            let redis = PrivateRedis(dataDirectory: data, logger: quiet, patience: patience)
            try await redis.start()
            let server = try #require(redis.serverProcessID)
            kill(server, SIGSTOP)
            await redis.stop()
            #expect(!isAlive(server))
        }
    }

    @Test("a second service on the same data directory is refused, and the first is not disturbed")
    func secondServiceIsRefused() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { _ in
                let holder = DirectoryHolder(.service, process: getpid())
                await #expect(throws: PrivateRedisError.directoryInUse(path: data, by: holder)) {
                    try await PrivateRedis(dataDirectory: data, logger: quiet).start()
                }
                #expect(await cli(data, "PING") == "PONG")
            }
        }
    }

    @Test("a service that starts beside a command uses the command's server, and runs its own when that has ended")
    func serviceBesideCommand() async throws {
        try await withDataDirectory { data in
            let command = PrivateRedis(dataDirectory: data, for: .command, logger: quiet)
            let url = try await command.start()
            #expect(await cli(data, "SET", "score", "150") == "OK")
            try await running(in: data) { service in
                #expect(service.serverProcessID == nil)
                #expect(try PrivateRedis.url(dataDirectory: data) == url)
                #expect(await cli(data, "GET", "score") == "150")
                await command.stop()
                try await until { service.serverProcessID != nil }
                try await until { await cli(data, "GET", "score") == "150" }
            }
        }
    }

    @Test("a service beside a command stops at once, and leaves the command its server")
    func serviceStopsFirst() async throws {
        try await withDataDirectory { data in
            let command = PrivateRedis(dataDirectory: data, for: .command, logger: quiet)
            try await command.start()
            try await running(in: data) { _ in }
            #expect(await cli(data, "PING") == "PONG")
            await command.stop()
        }
    }

    @Test("a command waits for others that use its server before it stops it")
    func visitors() async throws {
        try await withDataDirectory { data in
            let command = PrivateRedis(dataDirectory: data, for: .command, logger: quiet)
            try await command.start()
            let directory = "\(data)/redis"
            var visit = try PrivateRedis.visit(data)
            #expect(visit != nil)
            #expect(try FileLock(emptied: directory) == nil)
            visit = nil
            let last = try await command.lastOfVisitors()
            #expect(last != nil)
            #expect(try PrivateRedis.visit(data) == nil)
            withExtendedLifetime((visit, last)) {}
            await command.stop()
        }
    }

    @Test("a command beside a service that stops runs a server of its own after all")
    func commandBesideStoppingService() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { _ in
                #expect(await cli(data, "ZADD", "lb:{main}:scores", "7", "ada") == "1")
            }
            var stopping: DataDirectory? = try await DataDirectory.take(data)
            let settings = testSettings(["DATA_DIR": data])
            async let users = BoardAccess.open(settings, mustExist: true) { store, eventLoop in
                try await store.rows(.page(offset: 0), limit: 1, on: eventLoop)?.snapshot.total
            }
            // It uses, or would use, the server of the process that has the directory.
            try await until { try FileLock(emptied: "\(data)/redis") == nil }
            #expect(stopping != nil)
            stopping = nil
            #expect(try await users == 1)
        }
    }

    @Test("a stale socket is cleared up")
    func staleSocket() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { _ in }
            try Data().write(to: URL(filePath: "\(data)/redis/redis.sock"))
            try await running(in: data) { _ in #expect(await cli(data, "PING") == "PONG") }
        }
    }

    @Test("a last command that was written by half is cut off")
    func truncatedFile() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { _ in #expect(await cli(data, "SET", "score", "150") == "OK") }
            let folder = "\(data)/redis/appendonlydir"
            let file = try #require(
                FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".incr.aof") }
            )
            let handle = try FileHandle(forWritingTo: URL(filePath: "\(folder)/\(file)"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("*3\r\n$3\r\nSET\r\n$5\r\nsco".utf8))
            try handle.close()
            try await running(in: data) { _ in #expect(await cli(data, "GET", "score") == "150") }
        }
    }

    @Test("a server that ends at its start is an error that names its log, and the directory is free again")
    func unreadableFile() async throws {
        try await withDataDirectory { data in
            try await running(in: data) { _ in }
            let manifest = "\(data)/redis/appendonlydir/appendonly.aof.manifest"
            let whole = try Data(contentsOf: URL(filePath: manifest))
            try Data("rubbish\n".utf8).write(to: URL(filePath: manifest))
            await #expect(throws: PrivateRedisError.ended(.code(1), log: "\(data)/redis/redis.log")) {
                try await PrivateRedis(dataDirectory: data, logger: quiet).start()
            }
            try whole.write(to: URL(filePath: manifest))
            try await running(in: data) { _ in }
        }
    }

    @Test("a data directory whose path is too long for a socket gets its socket in a short folder of the user's own")
    func longPath() async throws {
        try await withDataDirectory { parent in
            let data = "\(parent)/\(String(repeating: "long", count: 25))"
            let redis = PrivateRedis(dataDirectory: data, logger: quiet)
            let url = try await redis.start()
            let socket = try #require(url.hasPrefix("unix:///") ? String(url.dropFirst(7)) : nil)
            #expect(socket.utf8.count <= SocketPath.maximumLength)
            #expect(try permissions(of: URL(filePath: socket).deletingLastPathComponent().path) == 0o700)
            await redis.stop()
            try FileManager.default.removeItem(at: URL(filePath: socket).deletingLastPathComponent())
        }
    }

    @Test("a data directory that cannot be made is an error with the reason")
    func unusableDirectory() async throws {
        try await withDataDirectory { data in
            try Data().write(to: URL(filePath: "\(data)/file"))
            await #expect(
                throws: PrivateRedisError.directoryUnusable(path: "\(data)/file/x", reason: "Not a directory")
            ) {
                try await PrivateRedis(dataDirectory: "\(data)/file/x", logger: quiet).start()
            }
        }
    }

    @Test("a path with spaces, quotes and per cent signs is usable, and escaped in the address")
    func oddPath() async throws {
        try await withDataDirectory { parent in
            let data = "\(parent)/a \"b\" 100%"
            let redis = PrivateRedis(dataDirectory: data, logger: quiet)
            let url = try await redis.start()
            #expect(url == "unix://\(parent)/a%20%22b%22%20100%25/redis/redis.sock")
            #expect(await cli(data, "PING") == "PONG")
            await redis.stop()
        }
    }
}
