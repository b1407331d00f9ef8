import Foundation
import TestSupport
import Testing

@Suite struct PrivateRedisServerTests {
    @Test func `keeps its data over stop, kill and restart, and is gone when released`() async throws {
        var server: PrivateRedisServer? = try await PrivateRedisServer(port: .tcp, password: "secret")
        try await server?.command("SET", "a", "1")
        try await server?.restart()
        try await server?.command("SET", "b", "2")
        server?.kill()
        try await server?.start()
        #expect(try await server?.command("MGET", "a", "b") == "1\n2")

        let folder = try #require(server?.folder)
        server = nil
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
}
