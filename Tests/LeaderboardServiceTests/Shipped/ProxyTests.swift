import Foundation
import TestSupport
import Testing

/// What the proxies answer themselves is of the service's form, over IPv4 and IPv6.
@Suite("The proxies' own answers", .timeLimit(.minutes(5)))
struct ProxyTests {
    /// How the three instances behave once the proxy has found them ready.
    enum Instances: String, Sendable {
        case silent, rubbish, gone

        fileprivate func server() async throws -> ScriptedServer {
            try await ScriptedServer { [self] _, bytes in
                if bytes.contains("/readyz") { return [.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")] }
                return self == .rubbish ? [.sendAndHangUp("HTTP/1.1 200 OK\r\nno header\r\n\r\n")] : [.stall]
            }
        }
    }

    private static let update = "POST /api/v1/score/update HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}"

    @Test(
        "are JSON with a stable code, whatever is wrong behind them",
        arguments: [
            (LoadBalancer.Kind.haproxy, Instances.silent, 504, "outcome_unknown"),
            (.haproxy, .rubbish, 502, "outcome_unknown"), (.haproxy, .gone, 503, "no_instance"),
            (.nginx, .silent, 504, "outcome_unknown"), (.nginx, .rubbish, 502, "outcome_unknown"),
            (.nginx, .gone, 502, "outcome_unknown"),
        ]
    )
    func behind(kind: LoadBalancer.Kind, instances: Instances, status: Int, code: String) async throws {
        let server = try await instances.server()
        let balancer = try await LoadBalancer.start(kind, instances: [server.port, server.port, server.port]) {
            $0.replacing("timeout server 15s", with: "timeout server 1s")
                .replacing("proxy_read_timeout 15s", with: "proxy_read_timeout 1s")
        }
        if instances == .gone {
            try await server.stop()
            try await until { try await Self.answer(balancer.port, Self.update).status == status }
        }
        let answer = try await Self.answer(balancer.port, Self.update)
        #expect(answer.status == status)
        Self.expectForm(of: answer, code)
        if instances != .gone { try await server.stop() }
    }

    @Test("leave the page, the standings and viewers alone while Redis refuses only writes")
    func readsGoOn() async throws {
        try await withService { service, redis in
            #expect(try await service.update("ada", 5, on: service.connect()).status == 200)
            let port = service.port
            let balancer = try await LoadBalancer.start(.haproxy, instances: [port, port, port])
            try await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1")
            // By then the checks have taken every instance out of those for writes.
            try await until { try await Self.answer(balancer.port, Self.update).code == "no_instance" }
            for path in ["/", "/api/v1/scoreboard", "/api/v1/scoreboard/users/ada", "/api/v1/scoreboard/stats"] {
                let connection = try await TestConnection(port: balancer.port)
                #expect(try await connection.request("GET", path).status == 200, "\(path)")
            }
            let viewer = try await TestConnection(port: balancer.port)
            #expect(try await viewer.openWebSocket().status == 101)
            _ = try await viewer.message()
            try await redis.command("CONFIG", "SET", "maxmemory", "0")
            try await until { try await Self.answer(balancer.port, Self.update).status == 401 }
        }
    }

    @Test(
        "are JSON too where a request is refused",
        arguments: [
            (LoadBalancer.Kind.haproxy, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n", 404, "not_found"),
            (.nginx, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n", 404, "not_found"),
            (.nginx, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5000\r\n\r\n", 413, "body_too_large"),
            (
                .nginx, "GET / HTTP/1.1\r\nHost: test\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n", 431,
                "head_too_large"
            ),
            (.nginx, "GET / HTTP/1.1\r\n\r\n", 400, "malformed_request"),
            (.nginx, "GARBAGE\r\n\r\n", 400, "malformed_request"),
            (.nginx, "GET /\u{1} HTTP/1.1\r\nHost: test\r\n\r\n", 400, "malformed_request"),
            (
                .nginx, "GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: test\r\n\r\n", 414,
                "head_too_large"
            ),
            (.nginx, "TRACE / HTTP/1.1\r\nHost: test\r\n\r\n", 405, "method_not_allowed"),
            (.nginx, "GET / HTTP/7.0\r\nHost: test\r\n\r\n", 505, "http_version_not_supported"),
        ]
    )
    func refused(kind: LoadBalancer.Kind, request: String, status: Int, code: String) async throws {
        let server = try await Instances.silent.server()
        let balancer = try await LoadBalancer.start(kind, instances: [server.port, server.port, server.port])
        for host in ["127.0.0.1", "::1"] {
            let answer = try await Self.answer(balancer.port, request, host: host)
            #expect(answer.status == status, "\(host)")
            Self.expectForm(of: answer, code)
        }
        try await server.stop()
    }

    @Test("are all written as JSON, for each status that they may give", arguments: LoadBalancer.Kind.allCases)
    func written(kind: LoadBalancer.Kind) throws {
        let text = try ShippedFiles.text(kind.file)
        let bodies: [String: String] =
            switch kind {
            case .haproxy:
                try text.matches(of: /http-error status (\d+) content-type application\/json string '([^']+)'/)
                    .reduce(into: Self.haproxyFiles(text)) { $0[String($1.1)] = String($1.2) }
            case .nginx:
                text.matches(of: /^ {4}(\d+) '("code":[^']+)';$/.anchorsMatchLineEndings())
                    .reduce(into: [:]) { $0[String($1.1)] = #"{"status":"error",\#($1.2)}"# }
            }
        for status in ["400", "403", "404", "408", "413", "414", "429", "431", "501", "502", "503", "504"] {
            let body = try #require(bodies[status], "\(status)")
            let fields = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            #expect(Set(fields.keys) == ["status", "code", "message"] && fields["status"] == "error", "\(body)")
            #expect(
                fields["code"]?.wholeMatch(of: /[a-z_]+/) != nil && fields["message"]?.hasSuffix(".") == true,
                "\(body)"
            )
        }
    }

    /// The bodies of the files that HAProxy answers with before it has a request.
    private static func haproxyFiles(_ text: String) throws -> [String: String] {
        try text.matches(of: /errorfile (\d+) (\S+)/).reduce(into: [:]) { bodies, match in
            let file = try ShippedFiles.text("haproxy/\(match.2)")
            bodies[String(match.1)] = file.split(separator: "\r\n\r\n").last.map(String.init)
        }
    }

    private static func answer(_ port: Int, _ request: String, host: String = "127.0.0.1") async throws -> TestResponse
    {
        let connection = try await TestConnection(port: port, host: host)
        try await connection.send(request)
        return try await connection.response()
    }

    private static func expectForm(of answer: TestResponse, _ code: String) {
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.headers["cache-control"] == "no-store")
        #expect(answer.json?["status"] as? String == "error")
        #expect(answer.code == code)
        #expect((answer.json?["message"] as? String)?.isEmpty == false)
    }
}
