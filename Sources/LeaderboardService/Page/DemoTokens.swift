/// Tokens for development, which `/docs` tries out requests with. Made only where `DEMO` is true.
package struct DemoTokens: Sendable {
    /// The README's player.
    package static let player = "12345"
    /// A page that is open for longer asks for another one.
    private static let lifetime = Duration.seconds(3600)

    let signer: TokenSigner

    /// The player's token as an attribute of the document. Whoever opens it gets that one; who could let everybody do everything makes a
    /// token by `leaderboard token` and pastes it: nothing of a request tells who sits at this machine from who came by a proxy there.
    var attributes: String {
        // A token has no character that would have to be escaped.
        (try? signer.token(user: Self.player, lifetime: Self.lifetime)).map { #"data-player="\#($0)""# } ?? ""
    }
}
