import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What is left when the service has no chance to clear up.
@Suite("Private Redis after kill -9 of the service", .timeLimit(.minutes(5)))
struct OrphanTests {
    @Test("the server ends too, having saved its data")
    func serverDiesWithService() async throws {
        try await withDataDirectory { data in
            await #expect(processExitsWith: .signal(SIGKILL)) { [data = data as String] in
                let redis = PrivateRedis(dataDirectory: data, logger: quiet)
                try await redis.start()
                _ = await cli(data, "SET", "server", "\(redis.serverProcessID ?? 0)")
                kill(getpid(), SIGKILL)
            }
            let lock = "\(data)/redis/server.lock"
            try await until { Processes.holding(lock, as: ServerProcess.lockDescriptor).isEmpty }
            try await running(in: data) { redis in
                let old = try #require(await Int32(cli(data, "GET", "server")))
                #expect(!isAlive(old))
            }
        }
    }

    @Test(
        "a server that is left all the same is stopped by the next start, which has its data",
        arguments: [SIGCONT, SIGSTOP]
    )
    func nextStartTakesOver(signal: Int32) async throws {
        try await withDataDirectory { data in
            let redis = try await Orphan(in: data)
            try await until { await cli(data, "SET", "score", "150") == "OK" }
            #expect(isAlive(redis.processID))
            // Stopped, it cannot even answer SIGTERM.
            kill(redis.processID, signal)
            var patience = PrivateRedis.Patience()
            patience.stop = .milliseconds(500)
            let next = PrivateRedis(dataDirectory: data, logger: quiet, patience: patience)
            try await next.start()
            #expect(!isAlive(redis.processID))
            waitpid(redis.processID, nil, 0)
            #expect(await cli(data, "GET", "score") == "150")
            await next.stop()
        }
    }

    /// A server as an earlier run would have started it, but without the parent-death signal and without that run.
    private struct Orphan {
        let processID: Int32

        init(in data: String) async throws {
            let directory = try await DataDirectory.take(data)
            let lock = try #require(try FileLock(path: "\(data)/redis/server.lock"))
            let program = try #require(Processes.find("redis-server"))
            processID = try ServerProcess.spawn(
                [program] + ServerArguments.list(directory: directory.path, socket: directory.socketPath),
                lock: lock,
                log: directory.logPath
            )
        }
    }
}
