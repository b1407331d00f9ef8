import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A connection")
struct ExchangeTests {
    @Test("takes one request after the other")
    func keepAlive() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            for round in 1...3 {
                let answer = try await connection.request("POST", "/echo", body: "round \(round)")
                #expect((answer.status, answer.body) == (200, "round \(round)"))
                #expect(answer.headers["connection"] == nil)
                #expect(answer.headers["date"]?.hasSuffix("GMT") == true)
            }
            let last = try await connection.request("GET", "/hello", ["Connection": "close"])
            #expect((last.body, last.headers["connection"]) == ("hello from 127.0.0.1", "close"))
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("answers what is pipelined in the order of the requests, some at once and some later")
    func pipelined() async throws {
        try await withServer { server in
            let names = (1...200).map { "n\($0)" }
            let requests = names.enumerated().map { index, name in
                let path = index % 3 == 0 ? "/nothing/\(name)" : "/later/\(name)"
                return "GET \(path) HTTP/1.1\r\nHost: test\r\nX-Request-Id: \(name)\r\n\r\n"
            }
            let connection = try await server.connect()
            try await connection.send(requests.joined())
            for (index, name) in names.enumerated() {
                let answer = try await connection.response()
                #expect(answer.headers["x-request-id"] == name)
                #expect(answer.status == (index % 3 == 0 ? 404 : 200))
            }
        }
    }

    @Test("answers all that came before the client ended its side, then waits for nothing more from it")
    func halfClosed() async throws {
        try await withServer(.test { $0.lingerTimeout = .seconds(300) }) { server in
            let connection = try await server.connect()
            try await connection.send(String(repeating: "GET /later/a HTTP/1.1\r\nHost: test\r\n\r\n", count: 3))
            try await connection.endOutput()
            #expect(try await connection.answersToEnd().map(\.body) == ["a", "a", "a"])
            let slow = try await server.connect(receiveBuffer: 4096)
            try await slow.setReading(false)
            try await slow.send("GET /large?bytes=8000000 HTTP/1.1\r\nHost: test\r\n\r\n")
            try await slow.endOutput()
            try await until { server.events.all.contains("large") }
            try await slow.setReading(true)
            #expect(try await slow.answersToEnd().map(\.body.utf8.count) == [8_000_000])
            try await until { server.server.connectionCount == 0 }
        }
    }

    @Test("says 100 when it wants the body that is announced")
    func expected() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let head = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            try await connection.send(head)
            #expect(try await connection.response().status == 100)
            try await connection.send("hello")
            #expect(try await connection.response().body == "hello")
        }
    }

    @Test(
        "says at once that it does not want the body that is announced, and closes",
        arguments: [("/echo", "65", 413), ("/nothing", "5", 404), ("/hello", "5", 405)]
    )
    func notExpected(path: String, length: String, status: Int) async throws {
        try await withServer { server in
            let head =
                "POST \(path) HTTP/1.1\r\nHost: test\r\nContent-Length: \(length)\r\nExpect: 100-continue\r\n\r\n"
            let answers = try await server.answers(to: head)
            #expect(answers.map(\.status) == [status])
        }
    }

    @Test("gives the answer although the client sends a body that nobody reads to its end")
    func bodyOnTheWay() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let body = String(repeating: "x", count: 200_000)
            // The answer comes after the head; a reset because of the rest would take it away again.
            try await connection.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10000000\r\n\r\n\(body)")
            #expect(try await connection.answersToEnd().map(\.status) == [413])
            let chunk = String(repeating: "x", count: 0x10000)
            let chunked = "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
            let endless = String(repeating: "10000\r\n\(chunk)\r\n", count: 3)
            #expect(try await server.answers(to: chunked + endless).map(\.status) == [413])
        }
    }

    @Test("answers HEAD with the head of GET and no body")
    func head() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let head = try await connection.request("HEAD", "/hello")
            let get = try await connection.request("GET", "/hello")
            #expect(head.status == 200)
            #expect(head.headers["content-length"] == get.headers["content-length"])
            let missing = try await connection.request("HEAD", "/nothing")
            #expect((missing.status, missing.body) == (404, ""))
            #expect(try await connection.request("GET", "/hello").status == 200)
        }
    }

    @Test("tells the methods of a path, with 405 and to OPTIONS")
    func methods() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let wrong = try await connection.request("DELETE", "/hello")
            #expect((wrong.status, wrong.code) == (405, "method_not_allowed"))
            #expect(wrong.headers["allow"] == "GET, HEAD, OPTIONS")
            let asked = try await connection.request("OPTIONS", "/echo")
            #expect((asked.status, asked.headers["allow"]) == (204, "OPTIONS, POST"))
            #expect(try await connection.request("GET", "/nothing").code == "not_found")
        }
    }

    @Test(
        "returns a request's id if it is sane, otherwise one of its own",
        arguments: [
            ("abc-1.2_3", true), (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
            ("", false), ("a b", false), ("a\"b", false), ("ä", false), ("<script>", false),
            ("a\r\nX-Request-Id: b", false),
        ]
    )
    func requestID(id: String, isSane: Bool) async throws {
        try await withServer { server in
            let answer = try await server.connect().request("GET", "/hello", ["X-Request-Id": id])
            let returned = try #require(answer.headers["x-request-id"])
            #expect((returned == id) == isSane)
            #expect(returned.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil)
        }
    }

    @Test("does not look at the next request before the client has read the last answer")
    func unreadAnswers() async throws {
        try await withServer(.test { $0.answerTimeout = .seconds(60) }) { server in
            let connection = try await server.connect(receiveBuffer: 4096)
            try await connection.setReading(false)
            let request = "GET /large?bytes=4000000 HTTP/1.1\r\nHost: test\r\n\r\n"
            try await connection.send(String(repeating: request, count: 20))
            let other = try await server.connect()
            for _ in 1...20 { _ = try await other.request("GET", "/hello") }
            #expect(server.events.all.filter { $0 == "large" }.count == 1)
            try await connection.setReading(true)
            for _ in 1...20 { #expect(try await connection.response().body.utf8.count == 4_000_000) }
        }
    }
}
