import Foundation
import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

/// `/stream` answers each piece of the body with itself, and then with how the body ended.
@Suite("A body that is read piece by piece")
struct StreamedBodyTests {
    private static let head = "POST /stream HTTP/1.1\r\nHost: test\r\n"
    private static let text = "one two three four five"

    private static let bodies = [
        "Content-Length: 23\r\n\r\n\(text)",
        "Transfer-Encoding: chunked\r\n\r\n7\r\none two\r\n10;x=y\r\n three four five\r\n0\r\nT: 1\r\n\r\n",
    ]

    @Test("comes whole, wherever it is cut, and the next request on the connection is answered", arguments: bodies)
    func cuts(body: String) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let bytes = Array((Self.head + body).utf8)
            for cut in stride(from: 1, to: bytes.count, by: 3) {
                try await connection.send(String(decoding: bytes[..<cut], as: UTF8.self))
                try await connection.send(String(decoding: bytes[cut...], as: UTF8.self))
                let answer = try await connection.streamed()
                #expect(answer.body == Self.text + "|end", "cut at \(cut)")
                #expect(answer.head.hasPrefix("HTTP/1.1 200 OK\r\n") && !answer.head.contains("close"))
            }
            #expect(try await connection.request("GET", "/hello").status == 200)
        }
    }

    @Test("is answered while it comes, and what is pipelined behind it after it")
    func duplex() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            let begin: Bool = try await connection.receive { bytes in
                guard let end = String(buffer: bytes).range(of: "3\r\none\r\n") else { return nil }
                let count = String(buffer: bytes)[..<end.upperBound].utf8.count
                bytes.moveReaderIndex(forwardBy: count)
                return true
            }
            #expect(begin)
            try await connection.send("0\r\n\r\nGET /hello HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try await connection.chunks() == "|end")
            #expect(try await connection.response().status == 200)
        }
    }

    @Test("of a client that asks first is asked for only when it is wanted")
    func expectation() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send(Self.head + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            let told: Bool = try await connection.receive { bytes in
                bytes.readString(length: 25).map { $0 == "HTTP/1.1 100 Continue\r\n\r\n" }
            }
            #expect(told)
            try await connection.send("one")
            #expect(try await connection.streamed().body == "one|end")

            let refused = try await server.answers(
                to: "POST /stream?refuse=1 HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(refused.map(\.status) == [403])
        }
    }

    @Test("that nobody wants is not read: the answer is the connection's last; one that has come whole leaves it")
    func unread() async throws {
        try await withServer { server in
            let answers = try await server.answers(
                to: "POST /stream?refuse=1 HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\nabc"
            )
            #expect(answers.map(\.status) == [403] && answers[0].headers["connection"] == "close")
            let connection = try await server.connect()
            #expect(try await connection.request("POST", "/stream?late=1", body: "abc").status == 403)
            #expect(try await connection.request("GET", "/hello").status == 200)
        }
    }

    @Test(
        "ends as it is broken off, and the connection with it",
        arguments: [
            ("Transfer-Encoding: chunked\r\n\r\n3\r\none\r\nx\r\n", "one|malformed"),
            ("Transfer-Encoding: chunked\r\n\r\n3\r\none!!\r\n", "one|malformed"),
        ]
    )
    func malformed(body: String, answer: String) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send(Self.head + body)
            #expect(try await connection.streamed().body == answer)
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("is given up where no byte of it comes in time, or where the server stops")
    func ends() async throws {
        try await withServer(.test { $0.idleTimeout = .milliseconds(200) }) { server in
            let connection = try await server.connect()
            try await connection.send(Self.head + "Content-Length: 9\r\n\r\none")
            #expect(try await connection.streamed().body == "one|late")
            #expect(try await connection.receiveToEnd() == "")
        }
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send(Self.head + "Content-Length: 9\r\n\r\none")
            try await until { server.events.all.contains("piece") }
            server.stop()
            #expect(try await connection.streamed().body == "one|stopping")
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("that is to come as a whole has the time of a body, however it drips")
    func slow() async throws {
        try await withServer(.test { $0.bodyTimeout = .milliseconds(300) }) { server in
            let connection = try await server.connect()
            let dripping = Task {
                try await connection.send("POST /stream?whole=1 HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n")
                while true {
                    try await connection.send("a")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let body = try await connection.streamed().body
            #expect(body.hasSuffix("|late"))
            dripping.cancel()
            _ = await dripping.result
        }
    }

    @Test("of a client that goes ends for who reads it", arguments: [true, false])
    func gone(isHalf: Bool) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send(Self.head + "Content-Length: 9\r\n\r\none")
            try await until { server.events.all.contains("piece") }
            if isHalf { try await connection.endOutput() } else { connection.close() }
            try await until { server.events.all.contains("gone") }
        }
    }

    @Test("is not read on while the client does not read the answer, and all of it comes in the end")
    func backPressure() async throws {
        try await withServer { server in
            let connection = try await server.connect(receiveBuffer: 4096)
            try await connection.setReading(false)
            let (count, piece) = (400, String(repeating: "x", count: 65_536))
            let sending = Task {
                try await connection.send(Self.head + "Content-Length: \(count * piece.utf8.count)\r\n\r\n")
                for _ in 0..<count { try await connection.send(piece) }
            }
            // The kernel's buffers take some megabytes; then nothing moves.
            var seen = -1
            try await until {
                defer { seen = server.events.all.count }
                try await Task.sleep(for: .milliseconds(300))
                return server.events.all.count == seen && seen > 0
            }
            #expect(seen * 16_384 < count * piece.utf8.count / 2)
            try await connection.setReading(true)
            let body = try await connection.streamed().body
            #expect(body.utf8.count == count * piece.utf8.count + 4)
            try await sending.value
        }
    }

    @Test("of HTTP/1.0 is answered without chunks, to the connection's end")
    func old() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send("POST /stream HTTP/1.0\r\nContent-Length: 3\r\n\r\none")
            let answer = try await connection.receiveToEnd()
            #expect(answer.hasSuffix("\r\n\r\none|end") && answer.contains("Connection: close\r\n"))
        }
    }
}
