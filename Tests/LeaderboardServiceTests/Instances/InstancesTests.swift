import Foundation
import TestSupport
import Testing

@Suite("Three instances behind a load balancer", .timeLimit(.minutes(5)))
struct InstancesTests {
    @Test("an update through any of them is seen by the viewers of all", arguments: LoadBalancer.Kind.allCases)
    func anyToAll(kind: LoadBalancer.Kind) async throws {
        let fleet = try await Fleet.start(kind)
        let doors = fleet.instances.map(\.port) + [fleet.balancer.port]
        var viewers: [TestConnection] = []
        for port in doors {
            let viewer = try await TestConnection(port: port)
            #expect(try await viewer.openWebSocket().status == 101)
            #expect(try await viewer.message().type == "snapshot")
            viewers.append(viewer)
        }
        let stream = try await TestConnection(port: fleet.balancer.port)
        #expect(try await stream.request("GET", "/api/v1/scoreboard/events").status == 200)
        #expect(try await stream.event()["data"]?.contains("snapshot") == true)

        for (number, port) in doors.enumerated() {
            let writer = try await TestConnection(port: port)
            let user = "player-\(number)"
            #expect(try await Fleet.update(user, 50, on: writer).status == 200)
            for viewer in viewers {
                // In one message or in the next: each comes within ten seconds, or the test fails here.
                var seen = try await viewer.message()
                while seen.changes?.contains(where: { $0.user_id == user }) != true {
                    seen = try await viewer.message()
                }
                #expect(seen.changes?.last?.score == 50)
            }
            while try await stream.event()["data"]?.contains(user) != true {}
        }
    }

    @Test("metrics are not for the public", arguments: LoadBalancer.Kind.allCases)
    func metricsStayInside(kind: LoadBalancer.Kind) async throws {
        let fleet = try await Fleet.start(kind)
        let (outside, inside) = (
            try await TestConnection(port: fleet.balancer.port), try await TestConnection(port: fleet.instances[0].port)
        )
        #expect(try await outside.request("GET", "/metrics").status == 404)
        #expect(try await inside.request("GET", "/metrics").status == 200)
    }

    @Test(
        "the audit has the client's own address, whatever the client says of it",
        arguments: LoadBalancer.Kind.allCases
    )
    func clientAddress(kind: LoadBalancer.Kind) async throws {
        let fleet = try await Fleet.start(kind)
        let player = try await TestConnection(port: fleet.balancer.port, source: "127.0.0.2")
        let lies = ["X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6"]
        #expect(try await Fleet.update("12345", 50, on: player, lies).status == 200)
        let audit = try await fleet.redis.command("XRANGE", "lb:{main}:audit", "-", "+").split(separator: "\n")
        let ip = try #require(audit.firstIndex(of: "ip"))
        #expect(audit[ip + 1] == "127.0.0.2")
        #expect(!audit.contains("6.6.6.6"))
    }

    @Test(
        "when one is stopped or killed under load, no acknowledged update and no viewer is lost",
        arguments: LoadBalancer.Kind.allCases,
        [SIGTERM, SIGKILL]
    )
    func oneEnds(kind: LoadBalancer.Kind, signal: Int32) async throws {
        let fleet = try await Fleet.start(kind)
        let viewers = (0..<6).map { _ in Viewer(port: fleet.balancer.port) }
        let watching = viewers.map { viewer in Task { await viewer.watch() } }
        defer { for task in watching { task.cancel() } }

        let (perWriter, writers) = (60, 6)
        let load = Load(port: fleet.balancer.port)
        try await withThrowingTaskGroup { tasks in
            for writer in 0..<writers { tasks.addTask { try await load.run(writer: writer, updates: perWriter) } }
            try await until { await load.count >= perWriter * writers / 3 }
            fleet.instances[0].signal(signal)
            try await tasks.waitForAll()
        }

        let expected = await load.acknowledged
        #expect(try await fleet.board() == expected)
        #expect(try await fleet.redis.command("GET", "lb:{main}:seq") == "\(perWriter * writers)")
        for viewer in viewers {
            try await until { await viewer.board == expected }
            #expect(await viewer.holes == 0)
        }
        var returns = 0
        for viewer in viewers { returns += await viewer.returns }
        #expect(returns > 0, "no viewer was on the instance that ended")
        try await until { !fleet.instances[0].isRunning }
        // HAProxy sends what was not answered to another instance, for it has an Idempotency-Key.
        if kind == .haproxy, signal == SIGTERM { #expect(await load.failures == 0) }
    }
}

/// Writers that repeat each update, with its Idempotency-Key, until it is acknowledged; and the sums of what was.
private actor Load {
    private(set) var acknowledged: [String: Int] = [:]
    private(set) var count = 0
    /// Answers other than 200, and connections that ended instead.
    private(set) var failures = 0
    private let port: Int

    init(port: Int) {
        self.port = port
    }

    func run(writer: Int, updates: Int) async throws {
        var connection = try await TestConnection(port: port)
        for number in 0..<updates {
            let (user, increase) = ("player-\((writer + number) % 10)", 1 + number % 50)
            let key = ["Idempotency-Key": "\(writer)-\(number)"]
            for attempt in 1... {
                let answer = try? await Fleet.update(user, increase, on: connection, key)
                if answer?.status == 200 { break }
                failures += 1
                try #require(attempt < 100, "\(String(describing: answer))")
                connection = try await TestConnection(port: port)
                try await Task.sleep(for: .milliseconds(20))
            }
            acknowledged[user, default: 0] += increase
            count += 1
        }
    }
}
