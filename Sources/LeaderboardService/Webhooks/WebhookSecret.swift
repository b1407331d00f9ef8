import Crypto
import FoundationEssentials

/// A symmetric secret of Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes. Never printed.
struct WebhookSecret: Sendable {
    struct Invalid: Error, CustomStringConvertible {
        let description = "must be whsec_ and the base64 of 24 to 64 bytes"
    }

    static let prefix = "whsec_"
    private let key: SymmetricKey

    init(_ text: some StringProtocol) throws(Invalid) {
        guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            (24...64).contains(bytes.count)
        else { throw Invalid() }
        key = SymmetricKey(data: bytes)
    }

    /// A new one, from the system's random numbers.
    static func made() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return prefix + Data(bytes).base64EncodedString()
    }

    /// `v1,` and the base64 of HMAC-SHA256 of `id.timestamp.body`.
    /// - Parameter timestamp: seconds since 1970.
    func signature(id: String, timestamp: Int, body: String) -> String {
        let signed = Data("\(id).\(timestamp).\(body)".utf8)
        return "v1," + Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
    }
}

extension [WebhookSecret] {
    /// The value of `webhook-signature`: one for each secret, so that a receiver may take the new one or the old.
    func signatures(id: String, timestamp: Int, body: String) -> String {
        map { $0.signature(id: id, timestamp: timestamp, body: body) }.joined(separator: " ")
    }
}
