import NIOHTTP1

/// Placeholder
package struct TrustedProxies: Sendable {
    init(_ settings: Settings) throws(InvalidSetting) { _ = settings.list("TRUSTED_PROXIES") }
    func resolve(peer: String, forwardedFor _: HTTPHeaders) -> String { peer }
}
