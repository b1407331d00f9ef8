import Leaderboard
import TestSupport
import Testing

@Suite("A start", .timeLimit(.minutes(5)))
struct StartTests {
    @Test("on a fresh Redis that is well logs no warning, however early it is asked whether it is ready")
    func quiet() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url, "THREADS": "2"])
        let connection = try await TestConnection(port: service.port)
        try await until { try await connection.request("GET", "/readyz").status == 200 }
        try await until { try service.log.contains("standings taken from the store") }
        let log = try service.log
        for level in ["warning", "error", "critical"] { #expect(!log.contains(#""level":"\#(level)""#), "\(log)") }
    }

    @Test("in a cluster brings the functions to every primary, and so does a move of the board")
    func everyPrimary() async throws {
        let cluster = try await RedisCluster()
        let owner = try #require(try await cluster.owner(of: FaultyWorld.slot))
        var primaries: [PrivateRedisServer] = []
        for node in cluster.nodes where try await node.command("ROLE").hasPrefix("master") { primaries.append(node) }
        #expect(primaries.count == 3)
        func haveLibrary(_ nodes: [PrivateRedisServer]) async throws -> Bool {
            for node in nodes {
                guard try await node.command("FUNCTION", "LIST").contains(FunctionLibrary.name) else { return false }
            }
            return true
        }

        // One that does not take them keeps them from none of the others.
        let others = primaries.filter { $0 !== owner }
        try await others[0].command("ACL", "SETUSER", "default", "-function|load")
        let service = try await ServiceProcess.serve(["REDIS_URL": cluster.url])
        try await until("not loaded at the start") { try await haveLibrary([owner, others[1]]) }
        let connection = try await TestConnection(port: service.port)
        try await until { try await connection.request("GET", "/readyz").status == 200 }
        #expect(try await haveLibrary([others[0]]) == false)
        try await others[0].command("ACL", "SETUSER", "default", "+function|load")
        try await until("not tried again") { try await haveLibrary(primaries) }

        for node in others { try await node.command("FUNCTION", "FLUSH") }
        try await cluster.move(slot: FaultyWorld.slot, from: owner, to: others[1])
        try await until("the move is not followed") {
            try await Fleet.update("12345", 1, on: connection).status == 200
        }
        try await until("not loaded after the move") { try await haveLibrary(primaries) }
        try await expectUnindexed(in: cluster, primaries)
    }

    /// The doctor finds definitions that the index lacks, on whichever primary they are.
    private func expectUnindexed(in cluster: RedisCluster, _ primaries: [PrivateRedisServer]) async throws {
        for name in ["a", "b", "c", "d"] {
            let key = "lb:{\(name)}:board"
            for node in primaries { try await node.command("SET", key, #"{"version":"1"}"#) }
        }
        let answer = try await ServiceProcess.run(["doctor"], ["REDIS_URL": cluster.url, "JWT_SECRET": testSecret])
        #expect(answer.output.contains("passed over by whatever looks at all boards: a, b, c, d"), "\(answer.output)")
    }
}
