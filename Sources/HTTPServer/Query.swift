import Text

/// The query of a request target, decoded as `application/x-www-form-urlencoded` (WHATWG URL): `+` is a space, `%41` is `A`.
package struct Query: Sendable, Equatable {
    /// Names and values in order; a name may stand more than once.
    package let pairs: [(name: String, value: String)]

    private let text: String

    package init(_ text: String?) {
        self.text = text ?? ""
        // Nearly always there is none.
        guard let text, !text.isEmpty else {
            pairs = []
            return
        }
        pairs = text.parts(at: "&").filter { !$0.isEmpty }.map { pair in
            let (name, value) = pair.cut(at: "=")
            return (Self.decode(name), value.map { Self.decode($0) } ?? "")
        }
    }

    /// The same where a plus sign stands for itself, as in a path.
    package func valuesWithPlus(_ name: String) -> [String] {
        text.parts(at: "&").map { $0.cut(at: "=") }.filter { Self.decode($0.before) == name }
            .map { $0.after.map(Self.decodeSegment) ?? "" }
    }

    package func values(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    /// As it was sent, with one parameter in the place of those of these names: the query of a link to another part of the same. What
    /// may not stand in one (RFC 3986, section 3.4) is percent-encoded.
    package func text(replacing names: [String], with name: String, _ value: String) -> String {
        let kept = text.parts(at: "&").filter { part in
            !part.isEmpty && !names.contains(Self.decode(part.cut(at: "=").before))
        }
        let parts = kept.map { $0.percentEncoded(besides: "%!$'()*+,;:@/?=") } + ["\(name)=\(value.percentEncoded())"]
        return parts.joined(separator: "&")
    }

    /// Whether a parameter has the name of a token, in any case: nothing is made of such a request.
    var namesToken: Bool {
        pairs.contains { ["token", "access_token", "authorization"].contains($0.name.lowercased()) }
    }

    package static func == (left: Query, right: Query) -> Bool {
        left.pairs.elementsEqual(right.pairs) { $0 == $1 }
    }

    /// A segment of a path: percent-decoded, `+` stays.
    static func decodeSegment(_ text: Substring) -> String {
        decode(text, plusIsSpace: false)
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool = true) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if plusIsSpace, byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let value = rest.hexadecimalPrefix {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Its names alone, wherever one is printed: what stands behind them may be a ticket, or somebody's secret.
extension Query: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { pairs.map { "\($0.name)=…" }.joined(separator: "&") }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["names": pairs.map(\.name)]) }
}

extension Substring.UTF8View {
    /// The byte that the first two characters name in hexadecimal.
    fileprivate var hexadecimalPrefix: UInt8? {
        var digits = self
        guard let high = digits.popFirst(), let low = digits.popFirst() else { return nil }
        return UInt8(hexadecimal: high, low)
    }
}
