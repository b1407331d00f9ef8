import TestSupport
import Testing

@Suite("With DURABILITY=replicated", .timeLimit(.minutes(5)))
struct ReplicaReadinessTests {
    @Test(
        "an instance is not ready while fewer replicas keep up than an update needs, and says so; REPLICAS sets the number"
    )
    func missing() async throws {
        let primary = try await PrivateRedisServer(port: .tcp)
        let staying = try await PrivateRedisServer(port: .tcp, replicaOf: primary)
        let leaving = try await PrivateRedisServer(port: .tcp, replicaOf: primary)
        let settings = ["REDIS_URL": primary.url, "DURABILITY": "replicated"]
        try await withService(settings) { majority in
            try await withService(settings.merging(["REPLICAS": "1"]) { $1 }) { one in
                leaving.kill()
                try await majority.becomesReady(false)
                let answer = try await majority.connect().request("GET", "/readyz")
                #expect(answer.body.contains(#""code":"replicas_missing""#), "\(answer.body)")
                #expect(answer.body.contains("1 of 2 known replicas keep up, and an update needs 2."))
                // Refused before it is written: a retry counts once.
                let seq = try await primary.command("GET", "lb:{main}:seq")
                for _ in 0..<3 {
                    #expect(try await majority.update("ada", 5, on: majority.connect()).status == 503)
                }
                #expect(try await primary.command("GET", "lb:{main}:seq") == seq)
                #expect(try await primary.command("ZSCORE", "lb:{main}:scores", "ada") == "")
                #expect(try await majority.connect().request("GET", "/readyz?for=reads").status == 200)
                #expect(try await one.connect().request("GET", "/readyz").status == 200)
                #expect(try await one.update("ada", 5, on: one.connect()).status == 200)
                let doctor = try await ServiceProcess.run(
                    ["doctor"],
                    settings.merging(["REPLICAS": "2", "JWT_SECRET": testSecret]) { $1 }
                )
                #expect(doctor.code == 1)
                #expect(
                    doctor.output.contains("1 of 1 keep up, and DURABILITY=replicated waits for 2"),
                    "\(doctor.output)"
                )
                try await leaving.start()
                try await majority.becomesReady()
            }
        }
        withExtendedLifetime(staying) {}
    }
}
