import NIOHTTP1

extension Refusal {
    static func invalidMessage(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_message", message: message)
    }
    static let duplicateSubscription = Refusal(
        status: .conflict,
        code: "duplicate_subscription",
        message: "There is a subscription of this name: end it first, or give this one another name."
    )
    static let tooManySubscriptions = Refusal(
        status: .conflict,
        code: "too_many_subscriptions",
        message: "One connection has at most \(SocketSubscriptions<Never>.maximum) subscriptions: "
            + "end one, or open another connection."
    )
    static let unknownSubscription = Refusal(
        status: .notFound,
        code: "unknown_subscription",
        message: "There is no subscription of this name."
    )
    static let binaryMessage = invalidMessage("The message is binary: say JSON as text.")
    /// In the words of the one way in which it can be shown by now.
    static let missingTokenOfSocket = Refusal(
        status: missingToken.status,
        code: missingToken.code,
        message: #"Show an access token first: say {"type":"token","token":"<token>"}."#
    )
    static let queryOfOneBoard = invalidQuery(
        "This path has no parameters: the boards, and all that is wanted of them, are said in messages, as "
            + #"{"subscribe":{"sub":"a","board":"main"}}."#
    )
    static let ticketOfOneBoard = Refusal(
        status: .badRequest,
        code: "invalid_query",
        message: "A ticket is for one board: show a token here, in the subprotocols "
            + #"\#(LiveCredential.subprotocol) and leaderboard.bearer.<token>, or as {"type":"token","token":"…"}."#
    )
}
