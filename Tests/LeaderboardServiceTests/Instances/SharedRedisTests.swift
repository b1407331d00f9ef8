import Foundation
import TestSupport
import Testing

@Suite("Services that share one Redis", .timeLimit(.minutes(5)))
struct SharedRedisTests {
    @Test(
        "do not hear each other, by a prefix or a database, and the commands go where the service does",
        arguments: [["REDIS_KEY_PREFIX": "game"], ["database": "2"], ["REDIS_KEY_PREFIX": "game", "database": "2"]]
    )
    func apart(place: [String: String]) async throws {
        let redis = try await PrivateRedisServer()
        let database = place["database"]
        var settings = ["REDIS_URL": redis.url + (database.map { "?db=\($0)" } ?? "")]
        settings["REDIS_KEY_PREFIX"] = place["REDIS_KEY_PREFIX"]
        let (own, file) = (settings, redis.folder.appending(path: "backup").path)
        try await withService(["REDIS_URL": redis.url]) { other in
            try await withService(own) { service in
                let viewers = [try await service.connect(), try await other.connect()]
                for viewer in viewers {
                    #expect(try await viewer.openWebSocket().status == 101)
                    #expect(try await viewer.message().type == "snapshot")
                }
                #expect(try await service.update("ada", 50, on: service.connect()).status == 200)
                #expect(try await viewers[0].message().changes?.first?.user_id == "ada")
                // The next that the other's viewer hears is of its own board, and continues what it has.
                #expect(try await other.update("grace", 7, on: other.connect()).status == 200)
                let heard = try await viewers[1].message()
                #expect(heard.type == "changes" && heard.changes?.map(\.user_id) == ["grace"])

                for words in [["verify"], ["backup", file], ["restore", file, "--reason", "r", "--yes"]] {
                    let answer = try await ServiceProcess.run(["admin"] + words, own)
                    #expect(answer.code == 0, "\(answer.output)")
                }
                #expect(try await service.connect().request("GET", "/api/v1/scoreboard").body.contains("ada"))
            }
        }
        let begin = place["REDIS_KEY_PREFIX"].map { "\($0):lb:{\($0):main}:" } ?? "lb:{main}:"
        let board = try await Launcher.shared.output(
            "redis-cli",
            ["-s", redis.socketPath, "-n", database ?? "0", "ZSCORE", begin + "scores", "ada"]
        )
        #expect(board == "50")
        let doctor = try await ServiceProcess.run(["doctor"], own.merging(["JWT_SECRET": testSecret]) { $1 })
        #expect(!doctor.output.contains("cannot be used"), "\(doctor.output)")
    }
}
