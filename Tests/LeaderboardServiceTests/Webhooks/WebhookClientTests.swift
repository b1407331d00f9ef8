import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A webhook's delivery", .timeLimit(.minutes(2)))
struct WebhookClientTests {
    private func attempt(
        _ url: String,
        _ adjust: (inout WebhookSending) -> Void = { _ in },
        resolve: @escaping AddressLookup.Resolve = AddressLookup.system
    ) async throws -> WebhookAttempt? {
        let json = #"[{"url":"\#(url)","secret":"\#(HookReceiver.secret)"}]"#
        let endpoint = try #require(try WebhookFile(json: Array(json.utf8), allowsHTTP: true).endpoints.first)
        var sending = WebhookSending()
        (sending.allowsHTTP, sending.allowsPrivate) = (true, true)
        adjust(&sending)
        let lookup = AddressLookup(resolve)
        let client = WebhookClient(endpoint, sending, lookup, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let attempt = await client.send(id: "msg_1", body: #"{"a":1}"#, time: 1_700_000_000, tries: 0)
        await client.close()
        await lookup.close()
        return attempt
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let reply: ReceivingServer.Reply
        let attempt: WebhookAttempt
        var testDescription: String { "\(reply)" }
    }

    static let cases = [
        Case(reply: .status(204), attempt: .delivered(status: 204)),
        Case(reply: .endless, attempt: .delivered(status: 200)),
        Case(reply: .status(302, ["Location": "/elsewhere"]), attempt: .failed(reason: "HTTP 302", retryAfter: nil)),
        Case(reply: .status(307, ["Location": "/elsewhere"]), attempt: .failed(reason: "HTTP 307", retryAfter: nil)),
        Case(reply: .status(400), attempt: .failed(reason: "HTTP 400", retryAfter: nil)),
        Case(reply: .status(410), attempt: .gone),
        Case(reply: .status(429, ["Retry-After": "7"]), attempt: .failed(reason: "HTTP 429", retryAfter: 7000)),
        Case(reply: .status(500), attempt: .failed(reason: "HTTP 500", retryAfter: nil)),
        Case(
            reply: .status(503, ["Retry-After": "99999999999999999999"]),
            attempt: .failed(reason: "HTTP 503", retryAfter: nil)
        ),
        Case(
            reply: .status(503, ["Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"]),
            attempt: .failed(reason: "HTTP 503", retryAfter: nil)
        ),
    ]

    @Test("is what the answer says, and one request", arguments: cases)
    func answers(of one: Case) async throws {
        let receiver = try await HookReceiver(one.reply)
        #expect(try await attempt(receiver.url) == one.attempt)
        let received = receiver.received
        #expect(received.count == 1)
        #expect(try received[0].isSigned(by: HookReceiver.secret) && received[0].id == "msg_1")
        #expect(
            received[0].body == Data(#"{"a":1}"#.utf8) && received[0].headers["content-type"] == ["application/json"]
        )
    }

    @Test("fails where nobody answers in time, or nobody listens")
    func silence() async throws {
        let receiver = try await HookReceiver(.hangs)
        let timedOut = try await attempt(receiver.url) { $0.timeout = .milliseconds(300) }
        #expect(timedOut == .failed(reason: "it does not answer in time", retryAfter: nil))
        let port = try await FreePort.find()
        #expect(
            try await attempt("http://127.0.0.1:\(port)/") == .failed(reason: "nothing listens there", retryAfter: nil)
        )
    }

    @Test(
        "goes nowhere where the name stands for no public address",
        arguments: [["127.0.0.1"], ["::1"], ["10.1.2.3", "169.254.169.254"], ["::ffff:127.0.0.1"], []]
    )
    func privateAddresses(addresses: [String]) async throws {
        let receiver = try await HookReceiver(.status(200))
        let resolve: AddressLookup.Resolve = { _ in addresses.compactMap { IPAddress($0) } }
        let url = "http://hooks.test:\(receiver.port)/"
        let outcome = try await attempt(url, { $0.allowsPrivate = false }, resolve: resolve)
        guard case .failed(let reason, nil) = outcome else {
            throw NeverSo(description: "\(String(describing: outcome))")
        }
        #expect(reason.contains("address") && receiver.received.isEmpty)
    }

    @Test("goes to an address of the host itself only where that is allowed")
    func literal() async throws {
        let receiver = try await HookReceiver(.status(200))
        for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost"] {
            let outcome = try await attempt("http://\(host):\(receiver.port)/") { $0.allowsPrivate = false }
            guard case .failed = outcome else { throw NeverSo(description: "\(host): \(String(describing: outcome))") }
        }
        #expect(receiver.received.isEmpty)
    }

    @Test(
        "goes to the address that was checked, by the name that is asked for, whatever the name stands for afterwards"
    )
    func pinned() async throws {
        let receiver = try await HookReceiver(.status(200))
        let looks = Mutex(0)
        // Nobody else knows this name; whoever asked again would be sent elsewhere.
        let resolve: AddressLookup.Resolve = { name in
            let count = looks.withLock { count in
                count += 1
                return count
            }
            return [count == 1 && name == "hooks.test" ? "127.0.0.1" : "127.0.0.2"].compactMap { IPAddress($0) }
        }
        let outcome = try await attempt("http://Hooks.test:\(receiver.port)/x", resolve: resolve)
        #expect(outcome == .delivered(status: 200) && looks.withLock { $0 } == 1)
        #expect(receiver.received.first?.headers["host"] == ["hooks.test:\(receiver.port)"])
    }

    @Test("shows its TLS the name of the URL, at the address that was checked")
    func secure() async throws {
        let server = try await KeySetServer("{}")
        let local: AddressLookup.Resolve = { _ in
            HostAddresses.named("localhost").compactMap { $0.ipAddress.flatMap { IPAddress($0) } }
        }
        let port = server.port
        let known = try await attempt(
            "https://localhost:\(port)/",
            { $0.authorityFile = server.certificate.path },
            resolve: local
        )
        #expect(known == .delivered(status: 200))
        let other = try await attempt(
            "https://other.test:\(port)/",
            { $0.authorityFile = server.certificate.path },
            resolve: local
        )
        let untrusted = try await attempt("https://localhost:\(port)/", resolve: local)
        for outcome in [other, untrusted] {
            guard case .failed = outcome else { throw NeverSo(description: "\(String(describing: outcome))") }
        }
        #expect(server.requests == 1)
    }
}
