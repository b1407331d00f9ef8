import TestSupport
import Testing

@testable import HTTPServer

@Suite("A method")
struct MethodTests {
    @Test(
        "that a path does not take is told which it takes; of the whole server it takes them all",
        arguments: [
            ("PUT", "/hello", 405, "GET, HEAD, OPTIONS"), ("DELETE", "/echo", 405, "OPTIONS, POST"),
            ("QUERY", "/later/x", 405, "GET, HEAD, OPTIONS"), ("HEAD", "/echo", 405, "OPTIONS, POST"),
            ("OPTIONS", "/hello", 204, "GET, HEAD, OPTIONS"), ("OPTIONS", "*", 204, "GET, HEAD, OPTIONS, POST"),
            ("OPTIONS", "/live", 204, "GET, HEAD, OPTIONS"), ("OPTIONS", "/nothing", 404, nil),
            ("HELLO", "/hello", 501, nil),
        ]
    )
    func allowed(method: String, path: String, status: Int, allow: String?) async throws {
        try await withServer { server in
            let answer = try await server.connect().request(method, path)
            #expect(answer.status == status)
            #expect(answer.headers["allow"] == allow)
        }
    }

    @Test(
        "HEAD gets what GET gets, but for the body",
        arguments: ["/hello", "/later/x", "/large?bytes=10", "/nothing", "/live"]
    )
    func head(path: String) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let (whole, head) = (try await connection.request("GET", path), try await connection.request("HEAD", path))
            #expect(head.status == whole.status)
            for name in ["content-length", "content-type"] { #expect(head.headers[name] == whole.headers[name]) }
            #expect(head.body == "")
        }
    }
}
