/// What a client names one update with, so that a retry counts once: 1 to 64 visible ASCII characters (no space).
package struct IdempotencyKey: Hashable, Sendable {
    static let maximumBytes = 64

    package let rawValue: String

    package init(_ text: some StringProtocol) throws(InvalidIdempotencyKey) {
        guard (1...Self.maximumBytes).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw InvalidIdempotencyKey()
        }
        rawValue = String(text)
    }
}

package struct InvalidIdempotencyKey: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String { "Idempotency-Key must be 1 to 64 visible ASCII characters." }
}
