import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

/// Deadlines are short here, and only a test's own; none of these fails because a machine is slow.
@Suite("A client that takes its time")
struct DeadlineTests {
    @Test("with its head gets 408, although a byte comes now and then")
    func slowHead() async throws {
        try await withServer(.test { $0.headTimeout = .milliseconds(300) }) { server in
            let connection = try await server.connect()
            let dripping = Task {
                try await connection.send("GET /hello HTTP/1.1\r\nHost: test\r\nX-A: ")
                while true {
                    try await connection.send("a")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let answer = try await connection.response()
            #expect((answer.status, answer.code) == (408, "request_timeout"))
            #expect(answer.headers["connection"] == "close")
            #expect(try await connection.receiveToEnd() == "")
            dripping.cancel()
            _ = await dripping.result
        }
    }

    @Test("with its head after a request that was in time gets 408 as well, long before the connection counts as idle")
    func slowSecondHead() async throws {
        try await withServer(.test { $0.headTimeout = .milliseconds(300) }) { server in
            let connection = try await server.connect()
            #expect(try await connection.request("GET", "/hello").status == 200)
            try await connection.send("GET /hello HTTP/1.1\r\n")
            #expect(try await connection.response().status == 408)
        }
    }

    @Test("with its body gets 408, although a byte comes now and then")
    func slowBody() async throws {
        try await withServer(.test { $0.bodyTimeout = .milliseconds(300) }) { server in
            let connection = try await server.connect()
            let dripping = Task {
                try await connection.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 60\r\n\r\n")
                for _ in 1...59 {
                    try await connection.send("a")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(try await connection.answersToEnd().map(\.status) == [408])
            dripping.cancel()
            _ = await dripping.result
            #expect(!server.events.all.contains("echo"))
        }
    }

    @Test("before its first byte, or between requests, is closed without a word")
    func idle() async throws {
        let options = ServerOptions.test { options in
            options.headTimeout = .seconds(1)
            options.idleTimeout = .seconds(1)
        }
        try await withServer(options) { server in
            #expect(try await server.connect().receiveToEnd() == "")
            let connection = try await server.connect()
            #expect(try await connection.request("GET", "/hello").status == 200)
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("with reading an answer is closed")
    func unreadAnswer() async throws {
        try await withServer(.test { $0.answerTimeout = .milliseconds(300) }) { server in
            let connection = try await server.connect(receiveBuffer: 4096)
            try await connection.setReading(false)
            try await connection.send("GET /large?bytes=8000000 HTTP/1.1\r\nHost: test\r\n\r\n")
            try await until { server.server.connectionCount == 0 }
        }
    }

    @Test("with ending its side after the last answer is closed")
    func lingering() async throws {
        try await withServer(.test { $0.lingerTimeout = .milliseconds(200) }) { server in
            let connection = try await server.connect()
            try await connection.setReading(false)
            try await connection.send("nonsense\r\n\r\n")
            try await until { server.server.connectionCount == 0 }
        }
    }
}
