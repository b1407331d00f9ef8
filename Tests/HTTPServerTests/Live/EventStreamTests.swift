import NIOCore
import TestSupport
import Testing

@testable import HTTPServer

@Suite("An event stream")
struct EventStreamTests {
    @Test("has its head, a retry time, its events, and heartbeats")
    func stream() async throws {
        try await withServer(.test { $0.heartbeatInterval = .milliseconds(100) }) { server in
            let connection = try await server.connect()
            let head = try await connection.request("GET", "/events")
            #expect((head.status, head.headers["content-type"]) == (200, "text/event-stream"))
            #expect(head.headers["x-accel-buffering"] == "no")
            #expect(head.headers["cache-control"] == "no-store")
            let text = try await connection.receive { bytes -> String? in
                let text = String(buffer: bytes)
                return text.contains(":\n\n:\n\n") ? text : nil
            }
            #expect(text.wholeMatch(of: /retry: [0-9]{4}\n\nid: 1\ndata: {}\n\n(:\n\n)+/) != nil)
        }
    }

    @Test("answers HEAD with its head alone")
    func head() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            #expect(try await connection.request("HEAD", "/events").headers["content-type"] == "text/event-stream")
            #expect(try await connection.receiveToEnd() == "")
        }
    }

    @Test("ends when its client has ended its side")
    func halfClosed() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            _ = try await connection.request("GET", "/events")
            try await connection.endOutput()
            try await until { server.server.connectionCount == 0 }
        }
    }
}
