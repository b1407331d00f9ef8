import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import LeaderboardService

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// A folder of the test's own, with a short path, removed at the end.
func withDataDirectory(_ body: (String) async throws -> Void) async throws {
    let path = "/tmp/lb-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
}

/// Runs a private Redis for as long as `body` runs, and expects a clean end of it.
func running(in data: String, _ body: (PrivateRedis) async throws -> Void) async throws {
    let redis = PrivateRedis(dataDirectory: data, logger: quiet)
    try await redis.start()
    let service = Task { try await redis.run() }
    do {
        try await body(redis)
    } catch {
        service.cancel()
        try await service.value
        throw error
    }
    service.cancel()
    try await service.value
    #expect(redis.serverProcessID == nil)
}

/// What `redis-cli` prints for a command; a complaint when it cannot be run.
func cli(_ data: String, _ words: String...) async -> String {
    (try? await shell(["redis-cli", "-s", "\(data)/redis/redis.sock"] + words)) ?? ""
}

/// What a program prints, without newlines at its end.
func shell(_ command: [String]) async throws -> String {
    let output = try await Launcher.shared.output(command[0], Array(command.dropFirst()))
    return output.trimmingCharacters(in: .newlines)
}

/// A process that exists and is not merely waiting to be reaped.
func isAlive(_ process: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return status.split(separator: ")").last.map { !$0.hasPrefix(" Z") } ?? false
}

func permissions(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}
