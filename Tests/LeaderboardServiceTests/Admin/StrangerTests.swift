import Foundation
import TestSupport
import Testing

@Suite("A command that meets another program where the service should be", .timeLimit(.minutes(5)))
struct StrangerTests {
    private static let page = "<!DOCTYPE html><html><body>rubbish</body></html>"
    private static let commands = [
        "ping", "ping --ready", "watch", "watch --board b --window w", "admin audit", "admin suspend ada --reason r",
        "admin erase ada --dry-run", "board list", "board show main", "load --duration 1", "demo",
    ]

    /// What it answers, and what of that is told.
    private static let answers = [
        ("HTTP/1.1 200 OK\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)", "it answered 200, and not as"),
        ("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n", "it answered 404, and not as"),
        ("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n\(page)", "it answered 200, and not as"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"up\"}", "it answered 200, and not as"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n", "it answered 200, and not as"),
        ("HTTP/1.1 301 Moved\r\nLocation: http://h:1/\r\nContent-Length: 0\r\n\r\n", "it answered 301, which sends on"),
        ("SSH-2.0-OpenSSH_9.2p1 rubbish\r\n", "it does not speak HTTP"),
        ("-ERR rubbish\r\n", "it does not speak HTTP"), ("220 rubbish ESMTP ready\r\n", "it does not speak HTTP"),
        ("", "it ended the connection without an answer"), ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{28}", "it speaks TLS"),
    ]

    private static let settings = [
        "JWT_SECRET": "0123456789abcdef0123456789abcdef", "LEADERBOARD_ADMIN_TOKEN": "hidden",
    ]

    private func run(_ command: String, at url: String) async throws -> (output: String, code: Int32) {
        let words = command.split(separator: " ").map(String.init)
        return try await ServiceProcess.run(words, Self.settings.merging(["LEADERBOARD_URL": url]) { $1 })
    }

    /// Every command with one of the answers, and every answer with one of the commands.
    private static let pairs =
        commands.map { ($0, answers[0]) } + answers.dropFirst().enumerated().map { (commands[$0 % 3 * 2], $1) }

    @Test("says so in a sentence with the URL, shows nothing of what it said, sends it no token, and exits with 1")
    func strangers() async throws {
        for (command, (answer, told)) in Self.pairs {
            let server = try await ScriptedServer { _, bytes in
                [.sendAndHangUp(bytes.contains("hidden") ? "HTTP/1.1 200 TOLD\r\n\r\n" : answer)]
            }
            let url = "http://127.0.0.1:\(server.port)"
            let (output, code) = try await run(command, at: url)
            #expect(code == 1, "\(command): \(output)")
            let sentence = "what answers at \(url) (LEADERBOARD_URL) is not a leaderboard service"
            #expect(output.contains(sentence) && output.contains(told), "\(command): \(output)")
            #expect(!output.contains("rubbish") && !output.contains("<"), "\(command): \(output)")
            #expect(output.split(separator: "\n").count == 1, "\(command): \(output)")
            try await server.stop()
        }
    }

    @Test("is asked by https, and says that it does not speak it", arguments: ["ping", "watch", "admin audit"])
    func noTLS(command: String) async throws {
        let server = try await ScriptedServer { _, _ in [.sendAndHangUp("HTTP/1.1 400 Bad\r\n\r\n\(Self.page)")] }
        let (output, code) = try await run(command, at: "https://127.0.0.1:\(server.port)")
        #expect(code == 1 && output.contains("it does not speak TLS") && !output.contains("html"), "\(output)")
        try await server.stop()
    }

    @Test("does not wait for one that takes connections and says nothing", arguments: ["ping", "watch", "board list"])
    func silent(command: String) async throws {
        let server = try await ScriptedServer { _, _ in [.stall] }
        let (output, code) = try await run(command, at: "http://127.0.0.1:\(server.port)")
        #expect(code == 1 && output.contains("says nothing: it is not a leaderboard service"), "\(output)")
        try await server.stop()
    }

    @Test("takes a service for one whose proxy keeps /healthz to itself")
    func proxied() async throws {
        let server = try await ScriptedServer { _, bytes in
            let body = bytes.contains("GET /healthz") ? Self.page : #"{"boards":[],"next":null}"#
            let status = bytes.contains("GET /healthz") ? "403 Forbidden" : "200 OK"
            return [.sendAndHangUp("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")]
        }
        let (output, code) = try await run("board list", at: "http://127.0.0.1:\(server.port)")
        #expect(code == 0, "\(output)")
        try await server.stop()
    }
}
