import Foundation
import TestSupport
import Testing

@Suite("A command whose service or board is not there", .timeLimit(.minutes(5)))
struct DownTests {
    @Test(
        "refuses with 2 where there is no board, and makes nothing",
        arguments: ["backup board", "verify", "rebuild"]
    )
    func noBoard(words: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let line = "cd '\(folder.path)' && env -u REDIS_URL '\(ServiceProcess.program)' admin \(words)"
        let answer = try await Launcher.shared.run("sh", ["-c", line])
        #expect(answer.code == 2 && answer.output.contains("there is no board"), "\(answer.output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test(
        "says what it tried, and who named it",
        arguments: ["admin audit", "admin export ada", "load", "ping", "demo"]
    )
    func down(words: String) async throws {
        let port = try await FreePort.find()
        let secret = "0123456789abcdef0123456789abcdef"
        let settings = ["PORT": "\(port)", "JWT_SECRET": secret, "LEADERBOARD_ADMIN_TOKEN": "x"]
        let answer = try await ServiceProcess.run(words.split(separator: " ").map(String.init), settings)
        #expect(answer.code == 1, "\(answer.output)")
        let tried = "no answer from http://127.0.0.1:\(port) (HOST and PORT): nothing listens there"
        #expect(answer.output.contains(tried), "\(answer.output)")
    }

    @Test("watch ends when nobody reads any more")
    func watch() async throws {
        try await withService { service, _ in
            let command = "'\(ServiceProcess.program)' watch --url http://127.0.0.1:\(service.port) | head -n 1"
            let end = try await Launcher.shared.run("sh", ["-c", command])
            #expect(end.code == 0, "\(end.output)")
        }
    }
}
