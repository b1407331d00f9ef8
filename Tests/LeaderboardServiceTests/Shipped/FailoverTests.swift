import Foundation
import TestSupport
import Testing

/// `ops/failover` under load: what was acknowledged is at the new primary, all of it, whatever `DURABILITY` is.
@Suite("ops/failover", .timeLimit(.minutes(5)))
struct FailoverTests {
    private func failover(_ arguments: String...) async throws -> (output: String, code: Int32) {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try await Launcher.shared.run(
            ShippedFiles.root.appending(path: "ops/failover").path,
            arguments,
            environment: ["PATH": path, "OPERATOR_PASSWORD": "OPERATOR_PASSWORD"]
        )
    }

    private static let limits = ["RATE_LIMIT_UPDATES": "1000000", "RATE_LIMIT_INTERVAL_SECONDS": "1"]

    /// Writers on the service, for as long as `body` takes; then each account against the board of the primary that it names.
    private func underLoad(
        _ service: ServiceProcess,
        areKeyed: Bool,
        _ body: () async throws -> ShippedRedis
    ) async throws {
        let stop = FaultyWriter.Stop()
        let port = service.port
        let writers = (0..<8).map {
            FaultyWriter(
                ports: { [port] },
                user: "writer-\($0)",
                isKeyed: areKeyed && $0.isMultiple(of: 2),
                seed: UInt64($0)
            )
        }
        let loads = writers.map { writer in Task { try await writer.run(until: stop) } }
        defer { stop.now() }
        try await Task.sleep(for: .milliseconds(500))
        let primary = try await body()
        stop.now()
        var accounts: [FaultyWriter.Account] = []
        for load in loads { accounts.append(try await load.value) }
        let board = try await ShippedState(of: primary).board
        var acknowledged = 0
        for account in accounts {
            let score = board[account.user] ?? 0
            #expect(score >= account.acknowledged, "\(account.user) has lost")
            #expect(score <= account.acknowledged + account.unknown, "\(account.user) has too many")
            acknowledged += account.acknowledgedCount
        }
        #expect(acknowledged > 100, "there was no load")
    }

    @Test("moves the primary by the sentinels, there and back, and loses nothing", arguments: ["local", "replicated"])
    func bySentinels(durability: String) async throws {
        let world = try await ShippedSentinels(replicas: 2)
        let settings = world.settings.merging(Self.limits) { $1 }.merging(["DURABILITY": durability]) { $1 }
        let service = try await ServiceProcess.serve(settings)
        try await ready(service)
        try await underLoad(service, areKeyed: true) {
            for round in 1...2 {
                let before = try await world.primary()
                let moved = try await failover("--sentinels", world.addresses.joined(separator: ","))
                #expect(moved.code == 0, "round \(round): \(moved.output)")
                #expect(try await world.primary() !== before)
                var roles: [String] = []
                for server in world.servers { roles.append(try await server.role()) }
                #expect(roles.sorted() == ["master", "slave", "slave"])
                // The service finds the new one, and goes on there.
                try await ready(service)
                try await Task.sleep(for: .milliseconds(500))
            }
            return try await world.primary()
        }
    }

    @Test("moves the primary without sentinels, and loses nothing")
    func withoutSentinels() async throws {
        let primary = try await ShippedRedis()
        let replicas = [try await ShippedRedis(replicaOf: primary), try await ShippedRedis(replicaOf: primary)]
        for replica in replicas { try await replica.follows() }
        let service = try await ServiceProcess.serve(primary.settings.merging(Self.limits) { $1 })
        try await ready(service)
        // Nobody leads the service to the new one here: it is refused from then on, and who repeats would repeat for ever.
        try await underLoad(service, areKeyed: false) {
            // Which of the two is for the operator to say.
            let unsaid = try await failover("--primary", "127.0.0.1:\(primary.port)")
            #expect(unsaid.code == 1 && unsaid.output.contains("--to"), "\(unsaid.output)")
            let moved = try await failover(
                "--primary",
                "127.0.0.1:\(primary.port)",
                "--to",
                "127.0.0.1:\(replicas[1].port)"
            )
            #expect(moved.code == 0, "\(moved.output)")
            #expect(try await replicas[1].role() == "master")
            for other in [primary, replicas[0]] {
                #expect(try await other.role() == "slave")
                try await other.follows()
            }
            // The old one comes back as what it is now.
            primary.kill()
            try await primary.start()
            #expect(try await primary.role() == "slave")
            return replicas[1]
        }
    }

    @Test("changes nothing where it cannot be done, and writes go on at once")
    func aborts() async throws {
        let world = try await ShippedSentinels(replicas: 1)
        let service = try await ServiceProcess.serve(world.settings.merging(Self.limits) { $1 })
        try await ready(service)
        let writer = try await TestConnection(port: service.port)
        let sentinels = world.addresses.joined(separator: ",")

        let looked = try await failover("--sentinels", sentinels, "--dry-run")
        #expect(looked.code == 0, "\(looked.output)")
        // A stranger may not order a failover: that comes out when writes are paused already, for a minute if nobody ends it.
        let stranger = try await failover("--sentinels", sentinels, "--sentinel-user", "-", "--pause", "60")
        #expect(stranger.code == 1 && stranger.output.contains("NOPERM"), "\(stranger.output)")
        #expect(try await Fleet.update("12345", 1, on: writer).status == 200)

        world.servers[1].freeze()
        let frozen = try await failover("--sentinels", sentinels)
        #expect(frozen.code == 1 && frozen.output.contains("Nothing was changed"), "\(frozen.output)")
        #expect(try await Fleet.update("12345", 1, on: writer).status == 200)
        world.servers[1].kill()
        try await until("the replica is still online") {
            try await world.servers[0].info("replication").contains("connected_slaves:0")
        }
        let alone = try await failover("--primary", "127.0.0.1:\(world.servers[0].port)")
        #expect(alone.code == 1 && alone.output.contains("no replica"), "\(alone.output)")
        #expect(try await Fleet.update("12345", 1, on: writer).status == 200)
    }

    @Test("says what is wrong with its arguments, and asks nobody for a password where nobody sits")
    func arguments() async throws {
        for wrong in [
            [], ["--primary", "here:0"], ["--primary", "h:1", "--sentinels", "h"],
            ["--primary", "h:1", "--pause", "999"],
        ] {
            let output = try await Launcher.shared.run(ShippedFiles.root.appending(path: "ops/failover").path, wrong)
            #expect(output.code == 2, "\(wrong)")
        }
        let program = ShippedFiles.root.appending(path: "ops/failover").path
        let silent = try await Launcher.shared.run(
            program,
            ["--primary", "127.0.0.1:1"],
            environment: ["PATH": "/usr/bin:/bin"]
        )
        #expect(silent.code == 2 && silent.output.contains("OPERATOR_PASSWORD"), "\(silent.output)")
    }

    private func ready(_ service: ServiceProcess) async throws {
        try await until("the service is not ready") {
            try await TestConnection(port: service.port).request("GET", "/readyz").status == 200
        }
    }
}

extension ShippedRedis {
    func role() async throws -> String {
        try await command("ROLE").split(separator: "\n").first.map(String.init) ?? ""
    }
}
