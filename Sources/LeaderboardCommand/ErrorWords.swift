import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import Leaderboard
import LeaderboardService
import NIOCore
import NIOPosix
import NIOSSL
import RedisClient
import SystemPackage

import Glibc

/// Any error as a person reads it: the one place where a command's failure becomes a sentence. What our own types say is made
/// for people; other libraries' texts name types, descriptors and source lines, and are never shown.
func inWords(_ error: any Error) -> String {
    switch error {
    case ScoreStoreError.unavailable(let reason): "Redis: \(reason)"
    case ScoreStoreError.outcomeUnknown(let reason): "Redis: \(reason)"
    case ScoreStoreError.unsoundBoard(let reason):
        "another writer has put something else into the board's keys (\(reason)): leaderboard doctor names them"
    case ScoreStoreError.unsoundAudit(let user): "the audit of \(user) adds up to what no score can be"
    case let error as Errno: "\(error)"
    case let error as IOError: "\(Errno(rawValue: error.errnoCode))"
    case is DecodingError: "the service answered what this edition of the command does not understand"
    case is EncodingError: "the question cannot be put into JSON"
    case is CancellationError: "it was interrupted"
    case is SocketAddressError: "the address cannot be used"
    case is ChannelError, is NIOConnectionError, is HTTPClientError, is NIOSSLError, is NIOSSLExtraError,
        is BoringSSLError:
        reason(of: error)
    case let error as any CustomStringConvertible where isOurs(error): error.description
    default: "it did not work, and why is not known"
    }
}

private func isOurs(_ error: Any) -> Bool {
    let name = String(reflecting: type(of: error))
    return [
        "Text.", "Board.", "Leaderboard.", "LeaderboardCommand.", "LeaderboardService.", "HTTPServer.", "RedisClient.",
        "Broadcast.", "LeaderboardPage.", "LeaderboardClient.", "LiveSockets.", "TLSPolicy.", "leaderboard.",
    ].contains { name.hasPrefix($0) }
}

/// Ends the command with this exit code, after a line on standard error.
func failed(_ words: String, code: Int32) -> ExitCode {
    fflush(nil)
    writeToStandardError("Error: \(words)\n")
    return ExitCode(code)
}

@Sendable
func writeToStandardError(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
}
