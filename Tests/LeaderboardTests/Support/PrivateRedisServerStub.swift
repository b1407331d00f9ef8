import Foundation
final class PrivateRedisServer: Sendable {
    let process: Process; let dir: String
    var url: String { "unix://\(dir)/r.sock" }
    init() async throws {
        dir = "/tmp/core-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: dir, withIntermediateDirectories: true)
        let p = Process(); p.executableURL = URL(fileURLWithPath: "/usr/bin/redis-server")
        p.arguments = ["--port", "0", "--unixsocket", "\(dir)/r.sock", "--save", "", "--dir", dir]
        p.standardOutput = FileHandle.nullDevice
        try p.run(); process = p
        while !FileManager.default.fileExists(atPath: "\(dir)/r.sock") { try await Task.sleep(for: .milliseconds(5)) }
    }
    func stop() { kill(process.processIdentifier, SIGKILL); try? FileManager.default.removeItem(atPath: dir) }
}
