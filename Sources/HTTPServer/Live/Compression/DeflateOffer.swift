import Text

/// Whether a client's offers of WebSocket extensions have one that is taken: `permessage-deflate` (RFC 7692, section 7.1), by which each
/// message is compressed by itself in both directions. Nothing is remembered between messages, neither of what is sent, which is the same
/// for all, nor of what comes.
enum DeflateOffer {
    /// What is answered. That a client keeps no context may be asked of it whether it has offered that or not (section 7.1.1.2).
    static let accepted = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// - Parameter offers: the elements of `Sec-WebSocket-Extensions`.
    static func isTaken(_ offers: [Substring]) -> Bool { offers.contains(where: isTaken) }

    /// One with a parameter that is unknown, wrong or twice there is declined (section 7.1), and so is one that wants less than the
    /// window by which everybody's bytes are made.
    private static func isTaken(_ offer: Substring) -> Bool {
        var parts = offer.parts(at: ";")[...].map(\.trimmed)[...]
        guard parts.popFirst() == "permessage-deflate" else { return false }
        var seen: Set<Substring> = []
        return parts.allSatisfy { part in
            let (name, text) = part.cut(at: "=")
            let parameter = name.trimmed
            guard seen.insert(parameter).inserted else { return false }
            let value = text.map { unquoted($0.trimmed) }
            switch parameter {
            case "server_no_context_takeover", "client_no_context_takeover": return value == nil
            case "client_max_window_bits": return value.map(isBits) ?? true
            case "server_max_window_bits": return value == "15"
            default: return false
            }
        }
    }

    /// 8 to 15, without a zero before it (section 7.1.2.1).
    private static func isBits(_ text: Substring) -> Bool {
        Int(text).map { (8...15).contains($0) && text == "\($0)" } ?? false
    }

    /// A value may be a quoted string, if what it quotes is a token (RFC 6455, section 9.1).
    private static func unquoted(_ text: Substring) -> Substring {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        return text.dropFirst().dropLast()
    }
}
