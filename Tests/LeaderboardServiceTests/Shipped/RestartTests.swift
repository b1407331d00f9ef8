import TestSupport
import Testing

/// What we ship is what we test: nothing that was acknowledged is missing after what befalls every Redis.
@Suite("Redis as ops/ ships it keeps what was acknowledged", .timeLimit(.minutes(5)))
struct RestartTests {
    @Test("through a restart, kill -9, and a rewrite of its file", arguments: ShippedSetup.allCases)
    func restarts(setup: ShippedSetup) async throws {
        let redis = try await ShippedRedis(setup)
        let board = try await ShippedBoard(on: redis)
        try await board.update()
        redis.stop()
        try await redis.start()
        try await board.expectWhole(on: redis, "after a restart")

        try await board.update()
        try await redis.killWhenWritten()
        try await redis.start()
        try await board.expectWhole(on: redis, "after kill -9")

        try await board.update()
        #expect(try await redis.command(as: "operator", "BGREWRITEAOF").contains("rewriting started"))
        try await until("the file is not rewritten") {
            let lines = try await redis.info("persistence")
            return lines.contains("aof_rewrite_in_progress:0") && lines.contains("aof_last_bgrewrite_status:ok")
        }
        try await board.update()
        try await redis.killWhenWritten()
        try await redis.start()
        try await board.expectWhole(on: redis, "after a rewrite and kill -9")
        try await board.expectVerified("after all of it")
    }

    @Test(
        "on a replica, after a full copy, and after its own restart without the primary",
        arguments: ShippedSetup.allCases
    )
    func replica(setup: ShippedSetup) async throws {
        let redis = try await ShippedRedis(setup)
        let board = try await ShippedBoard(on: redis)
        try await board.update()
        let replica = try await ShippedRedis(setup, replicaOf: redis)
        try await replica.follows()
        try await board.expectWhole(on: replica, "on the replica after its full copy")

        // These come as commands, and stand as such in the replica's own file.
        try await board.update()
        let state = try await ShippedState(of: redis)
        try await until("the replica is behind") { try await ShippedState(of: replica) == state }
        try await replica.killWhenWritten()
        redis.stop()
        try await replica.start()
        try await board.expectWhole(on: replica, "on the replica after its own restart")
        #expect(try await replica.info("replication").contains("master_link_status:down"), "it had to do it alone")
    }

    @Test("as the primary of a cluster that starts again before anybody takes its place")
    func cluster() async throws {
        let redis = try await ShippedRedis(cluster: .files)
        let board = try await ShippedBoard(on: redis)
        try await board.update()
        for _ in 1...2 {
            try await redis.killWhenWritten()
            try await redis.start()
            try await board.update()
            try await board.expectWhole(on: redis, "after kill -9")
        }
    }

    @Test("compose asks its Redis as the service does, and finds it well")
    func composeHealth() async throws {
        let redis = try await ShippedRedis(.compose)
        let service = try await ShippedFiles.composeService("redis")
        let test = try #require(service.healthcheck?.test)
        #expect(test[0] == "CMD-SHELL")
        let line = test[1].replacing("$$", with: "$").replacing("redis-cli", with: "redis-cli -p \(redis.port)")
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "REDIS_PASSWORD": try #require(redis.password(of: "leaderboard")),
        ]
        #expect(try await Launcher.shared.run("/bin/sh", ["-c", line], environment: environment).code == 0)
        redis.kill()
        #expect(try await Launcher.shared.run("/bin/sh", ["-c", line], environment: environment).code != 0)
    }

    @Test("Kubernetes' secret, as its comment makes it, is the service's user over TLS")
    func kubernetesSecret() throws {
        let text = try ShippedFiles.text("kubernetes/kustomization.yaml")
        #expect(text.contains("redis-url='rediss://leaderboard:"))
        #expect(text.contains("ops/redis/redis.conf"))
    }
}
