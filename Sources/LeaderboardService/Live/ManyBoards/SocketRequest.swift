import NIOCore
import Text

/// What a client says on the WebSocket of many boards.
enum SocketRequest: Sendable {
    case subscribe(SubscriptionWish)
    case unsubscribe(SubscriptionName)
    /// A token, as it was sent.
    case token(String)

    /// As long as the longest token, which is more than twenty long user ids.
    static let maximumBytes = TokenRenewal.maximumMessageBytes

    init(_ text: ByteBuffer) throws(RefusedRequest) {
        guard let message = (try? JSONValue(json: text, maximumBytes: Self.maximumBytes))?.object else {
            throw RefusedRequest(.invalidMessage("The message is no JSON object, or names a member twice."))
        }
        if let token = TokenRenewal.token(in: message) {
            self = .token(token)
            return
        }
        guard message.members.count == 1, let member = message.members.first, let content = member.value.object else {
            throw RefusedRequest(.invalidMessage(Self.forms))
        }
        switch member.name {
        case "subscribe": self = .subscribe(try SubscriptionWish(content))
        case "unsubscribe":
            let sub = try SubscriptionName(in: content)
            guard content.members.count == 1 else {
                throw RefusedRequest(.invalidMessage("unsubscribe has sub, and nothing else."), of: sub)
            }
            self = .unsubscribe(sub)
        default: throw RefusedRequest(.invalidMessage(Self.forms))
        }
    }

    private static let forms =
        #"Say {"subscribe":{"sub","board",…}}, {"unsubscribe":{"sub"}} or {"type":"token","token"}."#
}

/// Why a message of a client is of no use, and which subscription it was about, as far as that could be read.
struct RefusedRequest: Error {
    let refusal: Refusal
    let sub: SubscriptionName?

    init(_ refusal: Refusal, of sub: SubscriptionName? = nil) {
        (self.refusal, self.sub) = (refusal, sub)
    }
}

extension SubscriptionName {
    init(in content: JSONObject) throws(RefusedRequest) {
        guard let name = content["sub"]?.string.flatMap(SubscriptionName.init) else {
            throw RefusedRequest(.invalidMessage("sub must be a string of \(Self.rule)."))
        }
        self = name
    }
}
