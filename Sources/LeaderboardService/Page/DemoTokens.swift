import HTTPServer
import NIOCore

/// Tokens for development, which `/docs` tries out requests with. Made only where `DEMO` is true.
struct DemoTokens: Sendable {
    /// The README's player.
    private static let player = "12345"
    /// A page that is open for longer asks for others.
    private static let lifetime = Duration.seconds(3600)

    let signer: TokenSigner
    let trustedProxies: TrustedProxies

    /// Those that this visitor may have, as attributes of the document. Whoever opens it may be the player; who could let everybody do
    /// everything has to sit at this machine.
    func attributes(for request: Request) -> String {
        var attributes = [attribute("player", user: Self.player)]
        if isAtThisMachine(request) {
            attributes.append(attribute("service", user: "game-server", scope: VerifiedToken.reportScope))
            attributes.append(attribute("operator", user: "ops", scope: Operators.scope))
        }
        return attributes.compactMap(\.self).joined(separator: " ")
    }

    /// A token has no character that would have to be escaped.
    private func attribute(_ name: String, user: String, scope: String? = nil) -> String? {
        (try? signer.token(user: user, lifetime: Self.lifetime, scope: scope)).map { #"data-\#(name)="\#($0)""# }
    }

    /// The connection comes from here, from no proxy, and is meant for here: a page elsewhere could have its own name lead here (DNS
    /// rebinding).
    private func isAtThisMachine(_ request: Request) -> Bool {
        let peer = request.remoteAddress
        let client = trustedProxies.resolve(peer: peer, forwardedFor: request.headers)
        guard client == "::1" || client.hasPrefix("127."),
            !trustedProxies.looksLikeProxy(client, peer: peer, request.headers),
            case .once(let host) = request.headers.occurrence(of: "Host")
        else { return false }
        let local = /(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?/
        return String(buffer: host).lowercased().wholeMatch(of: local) != nil
    }
}
