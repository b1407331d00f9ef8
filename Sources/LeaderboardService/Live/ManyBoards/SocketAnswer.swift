import NIOCore
import Text

/// What a client of many boards is told besides the boards' messages.
enum SocketAnswer {
    /// What was asked for is not done. All subscriptions are as they were.
    /// - Parameter sub: nil: it could not be read.
    static func error(_ refusal: Refusal, of sub: SubscriptionName?) -> ByteBuffer {
        var answer = beginning(sub, type: "error")
        answer.write(refusal)
        answer.writeStaticString("}")
        return answer
    }

    /// The subscription is no more.
    /// - Parameter refusal: why; nil: that was asked for.
    static func end(of sub: SubscriptionName, _ refusal: Refusal? = nil) -> ByteBuffer {
        var answer = beginning(sub, type: "end")
        if let refusal { answer.write(refusal) }
        answer.writeStaticString("}")
        return answer
    }

    private static func beginning(_ sub: SubscriptionName?, type: String) -> ByteBuffer {
        ByteBuffer(string: "{\(sub.map { "\($0.member)," } ?? "")\"type\":\"\(type)\"")
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ refusal: Refusal) {
        let refusal = refusal.code == Refusal.missingToken.code ? Refusal.missingTokenOfSocket : refusal
        writeString(#","error":{"code":"\#(refusal.code)","message":"#)
        writeJSON(refusal.message)
        writeStaticString("}")
    }
}
