import HTTPServer
import NIOCore
import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The bounds on live viewers")
struct ViewerBoundTests {
    private static let events = "/api/v1/scoreboard/events"

    /// A viewer that stays, or the answer by which it was refused.
    private func view(_ port: Int, from address: String?) async throws -> (
        viewer: TestConnection, refusal: TestResponse?
    ) {
        let viewer = try await TestConnection(port: port)
        let forwarded = address.map { "X-Forwarded-For: \($0)\r\n" } ?? ""
        try await viewer.send("GET \(Self.events) HTTP/1.1\r\nHost: test\r\n\(forwarded)\r\n")
        let isOpen = try await viewer.receive { bytes in
            let text = String(buffer: bytes)
            return text.contains("\r\n\r\n") ? text.hasPrefix("HTTP/1.1 200 ") : nil
        }
        return (viewer, isOpen ? nil : try await viewer.response())
    }

    @Test("count an IPv6 client by its /64, and an IPv4 client by its address")
    func networks() async throws {
        let own = ["TRUSTED_PROXIES": "127.0.0.1", "LIVE_MAX_SUBSCRIBERS_PER_IP": "2", "LIVE_MAX_SUBSCRIBERS": "5"]
        // At the end the instance is full, which is another thing to say.
        let expected: [(address: String, code: String?)] = [
            ("2001:db8::1", nil), ("2001:db8::2", nil), ("2001:db8::3:4:5:6", "too_many_subscribers_of_address"),
            ("2001:db8:0:1::1", nil), ("192.0.2.1", nil), ("::ffff:192.0.2.1", nil),
            ("192.0.2.2", "too_many_subscribers"),
        ]
        try await withService(own) { (service: RunningService, _: PrivateRedisServer) async throws in
            var viewers: [TestConnection] = []
            for (address, code) in expected {
                let (viewer, refusal) = try await view(service.port, from: address)
                viewers.append(viewer)
                #expect(refusal?.code == code, "\(address)")
                #expect(refusal?.status == code.map { _ in 503 }, "\(address)")
            }
            for viewer in viewers { viewer.close() }
        }
    }

    @Test("reached by a proxy that nobody named are told as what they are: in the log, the metrics and the doctor")
    func unnamedProxy() async throws {
        let redis = try await PrivateRedisServer()
        let environment = ["REDIS_URL": redis.url, "LOG_FORMAT": "text", "LIVE_MAX_SUBSCRIBERS_PER_IP": "1"]
        let service = try await ServiceProcess.serve(environment)
        let first = try await view(service.port, from: nil)
        #expect(first.refusal == nil)
        // A refusal alone is no sign of a proxy.
        #expect(try await view(service.port, from: nil).refusal?.code == "too_many_subscribers_of_address")
        let before = try service.log
        #expect(!before.contains("looks like a proxy"))
        for number in 1...3 {
            #expect(
                try await view(service.port, from: "203.0.113.\(number)").refusal?.code
                    == "too_many_subscribers_of_address"
            )
        }
        let log = try service.log
        #expect(log.components(separatedBy: "looks like a proxy: name it in TRUSTED_PROXIES").count == 2)
        #expect(log.contains("ip=127.0.0.1"))
        let doctor = try await ServiceProcess.run(
            ["doctor"],
            environment.merging(["PORT": "\(service.port)", "JWT_SECRET": testSecret]) { $1 }
        )
        #expect(doctor.code == 1)
        #expect(doctor.output.contains("set TRUSTED_PROXIES to the proxy's address"), "\(doctor.output)")
        #expect(doctor.output.contains("3 requests were refused"))
    }

    @Test(
        "reached by an address look like a proxy's where it says that it speaks for others",
        arguments: [
            ([], "192.0.2.1", [], false), ([], "192.0.2.1", ["203.0.113.1"], true), ([], "192.0.2.1", [""], true),
            (["192.0.2.1"], "192.0.2.1", ["203.0.113.1"], false), (["192.0.2.1"], "192.0.2.1", [], false),
            (["192.0.2.1"], "192.0.2.1", ["203.0.113.1, 198.51.100.1"], true),
            (["192.0.2.1", "198.51.100.1"], "192.0.2.1", ["203.0.113.1, 198.51.100.1"], false),
            (["192.0.2.1"], "192.0.2.1", ["rubbish, 198.51.100.1"], false),
        ]
    )
    func looks(trusted: [String], peer: String, forwarded: [String], looks: Bool) throws {
        let proxies = try TrustedProxies(trusted)
        let headers = try RequestHeaders(forwarded.map { ("X-Forwarded-For", $0) })
        let client = proxies.resolve(peer: peer, forwardedFor: headers)
        #expect(proxies.looksLikeProxy(client, peer: peer, headers) == looks)
    }
}
