import AsyncHTTPClient
import Text
import NIOCore
import NIOSSL
import TLSPolicy

/// The service that runs with this configuration, as the ``Doctor`` sees it: what its metrics tell of clients that were turned
/// away. Where none answers there is nothing to say.
struct RunningInstance: Sendable {
    private static let patience = TimeAmount.seconds(2)
    private static let maximumBytes = 4_194_304

    let place: ServicePlace

    func findings() async -> [Finding] {
        // A balancer's header is not ours to send.
        guard !place.isBehindProxyProtocol, let metrics = await metrics() else { return [] }
        return Self.findings(in: metrics)
    }

    /// Whether a service answers there. Not asked where it expects a balancer's header.
    var isThere: Bool {
        get async {
            guard !place.isBehindProxyProtocol else { return false }
            return await metrics()?.contains("\nleaderboard_build_info{") ?? false
        }
    }

    /// - Parameter metrics: the text of `/metrics`.
    static func findings(in metrics: String) -> [Finding] {
        var findings: [Finding] = []
        if let count = count("leaderboard_unnamed_proxy_refusals_total", in: metrics) {
            findings.append(
                .bad(
                    "proxy",
                    "\(count) requests were refused by a bound of one address that looks like a proxy",
                    do:
                        "set TRUSTED_PROXIES to the proxy's address, which the log names: now all of its clients count as one"
                )
            )
        }
        if let count = count(#"leaderboard_http_connections_refused_total{reason="address"}"#, in: metrics) {
            findings.append(
                .advice(
                    "connections",
                    "\(count) were refused because their address had MAX_CONNECTIONS_PER_IP",
                    do: "if the address that the log names is a proxy, set TRUSTED_PROXIES to it"
                )
            )
        }
        if let count = count("leaderboard_http_accept_errors_total", in: metrics) {
            findings.append(
                .bad(
                    "connections",
                    "the system could not give out a connection \(count) times",
                    do:
                        "raise the limit of file descriptors (LimitNOFILE= of systemd; fs.file-max), or lower MAX_CONNECTIONS"
                )
            )
        }
        return findings
    }

    /// Nil for none at all.
    private static func count(_ series: String, in metrics: String) -> Int? {
        let line = metrics.parts(at: "\n").first { $0.hasPrefix(series + " ") }
        guard let value = line?.words.last.flatMap({ Double($0) }) else { return nil }
        return Int(exactly: value.rounded()).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Of the board `main` that it shows. Nil: it does not show it, or not to everybody.
    var epoch: String? {
        get async {
            guard !place.isBehindProxyProtocol,
                let text = await body(of: "/api/v1/scoreboard/stats", maximumBytes: 4096),
                let stats = try? JSONValue(json: Array(text.utf8), maximumBytes: 4096).object,
                let cursor = stats["cursor"]?.string
            else { return nil }
            return String(cursor.cut(at: ":").before)
        }
    }

    private func metrics() async -> String? { await body(of: "/metrics", maximumBytes: Self.maximumBytes) }

    private func body(of path: String, maximumBytes: Int) async -> String? {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.keepToStrongCiphers()
        // It is this machine's own, under whatever name; nothing is told to it.
        tls.certificateVerification = .none
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(tlsConfiguration: tls)
        )
        let request = HTTPClientRequest(url: place.url + path)
        let response = try? await client.execute(request, timeout: Self.patience)
        let body = try? await response?.body.collect(upTo: maximumBytes)
        try? await client.shutdown()
        return body.map { String(buffer: $0) }
    }
}
