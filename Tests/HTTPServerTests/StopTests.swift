import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A graceful stop of the server")
struct StopTests {
    @Test("answers an idle connection's request that comes a moment later, and a second connection's, then closes both")
    func lastRequests() async throws {
        try await withServer(.patient { $0.lastRequestTimeout = .seconds(10) }) { server in
            let idle = try await server.connect()
            #expect(try await idle.request("GET", "/hello").headers["connection"] == nil)
            server.stop()
            try await until { server.events.all.contains("stopping") }
            for connection in [idle, try await server.connect()] {
                let last = try await connection.request("GET", "/hello")
                #expect((last.status, last.headers["connection"]) == (200, "close"))
                #expect(try await connection.receiveToEnd() == "")
            }
        }
    }

    @Test("is not kept up by clients that keep coming")
    func insistentClients() async throws {
        try await withServer(.patient { $0.lateTimeout = .milliseconds(200) }) { server in
            let busy = try await server.connect()
            async let answer = busy.request("GET", "/gate")
            try await until { server.events.all.contains("gate") }
            server.stop()
            // One at least is always there, until none is let in any more.
            var answered = 0
            while let late = try? await server.connect(), (try? await late.request("GET", "/hello"))?.status == 200 {
                answered += 1
            }
            #expect(answered > 0)
            server.events.openGate()
            #expect(try await answer.body == "through")
        }
    }

    @Test("closes idle connections, and lets the request in flight end with Connection: close")
    func requests() async throws {
        try await withServer(.patient { _ in }) { server in
            let (idle, busy) = (try await server.connect(), try await server.connect())
            #expect(try await idle.request("GET", "/hello").status == 200)
            async let answer = busy.request("GET", "/gate")
            try await until { server.events.all.contains("gate") }
            server.stop()
            #expect(try await idle.receiveToEnd() == "")
            #expect(server.events.all.contains("stopping"))
            server.events.openGate()
            let last = try await answer
            #expect((last.body, last.headers["connection"]) == ("through", "close"))
            #expect(try await busy.receiveToEnd() == "")
        }
    }

    @Test("lets a request end whose body is still coming")
    func halfRequest() async throws {
        try await withServer(.patient { _ in }) { server in
            let connection = try await server.connect()
            try await connection.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhe")
            // One that is answered behind it on the same loop: the bytes above have been read by then.
            #expect(try await server.connect().request("GET", "/hello").status == 200)
            server.stop()
            try await until { server.events.all.contains("stopping") }
            try await connection.send("llo")
            #expect(try await connection.answersToEnd().map(\.body) == ["hello"])
        }
    }

    @Test("waits for no other request of a client that still reads an answer")
    func unreadAnswer() async throws {
        try await withServer(.patient { $0.lastRequestTimeout = .milliseconds(50) }) { server in
            let connection = try await server.connect(receiveBuffer: 4096)
            try await connection.setReading(false)
            try await connection.send("GET /large?bytes=8000000 HTTP/1.1\r\nHost: test\r\n\r\n")
            try await until { server.events.all.contains("large") }
            server.stop()
            try await until { server.events.all.contains("stopping") }
            // Long before the drain time is over.
            let start = ContinuousClock.now
            try await connection.setReading(true)
            #expect(try await connection.response().body.utf8.count == 8_000_000)
            #expect(try await connection.receiveToEnd() == "")
            #expect(ContinuousClock.now - start < .seconds(40))
        }
    }

    @Test("tells WebSockets 1001 and event streams when to come back, each at another time")
    func live() async throws {
        try await withServer(.patient { _ in }) { server in
            var streams: [TestConnection] = []
            for _ in 1...8 {
                streams.append(try await server.connect())
                _ = try await streams.last?.request("GET", "/events")
                _ = try await streams.last?.event()
            }
            let socket = try await server.connect()
            _ = try await socket.openWebSocket("/live")
            server.stop()
            let last = try await socket.frame()
            #expect((last.opcode, last.closeCode) == (8, 1001))
            #expect(last.payload.contains("come back"))
            socket.close()
            var times: Set<String> = []
            for stream in streams { times.insert(try await stream.receiveToEnd()) }
            #expect(times.allSatisfy { $0.wholeMatch(of: /retry: [0-9]+\n\n/) != nil })
            #expect(times.count > 1)
        }
    }

    @Test("closes what is left when its time is over")
    func overdue() async throws {
        try await withServer(.test { $0.drainTimeout = .milliseconds(200) }) { server in
            let connection = try await server.connect()
            try await connection.send("GET /gate HTTP/1.1\r\nHost: test\r\n\r\n")
            try await until { server.events.all.contains("gate") }
            server.stop()
            #expect(try await connection.receiveToEnd() == "")
            server.events.openGate()
        }
    }
}

extension ServerOptions {
    /// Nothing is cut off because the machine is slow.
    fileprivate static func patient(_ change: (inout ServerOptions) -> Void) -> ServerOptions {
        .test { options in
            options.drainTimeout = .seconds(60)
            change(&options)
        }
    }
}
