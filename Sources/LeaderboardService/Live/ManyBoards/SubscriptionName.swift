import Text

/// What a client calls one of its subscriptions: 1 to 32 characters of `A-Z a-z 0-9 _ - . :`, which stand for themselves in JSON.
struct SubscriptionName: Sendable, Hashable {
    static let maximumLength = 32
    static let rule = "1 to \(maximumLength) characters of A-Z a-z 0-9 _ - . :"

    let rawValue: String

    /// Nil: it is none.
    init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isLetterOrDigit || "_-.:".utf8.contains($0) })
        else { return nil }
        rawValue = text
    }

    /// The member by which a message says whose it is.
    var member: String { #""sub":"\#(rawValue)""# }
}
