import HTTPServer
import NIOHTTP1

/// The token of an `Authorization: Bearer …` header (RFC 6750, section 2.1).
enum BearerToken {
    /// Nil if there is no such header, another scheme, or more than one.
    static func of(_ headers: HTTPHeaders) -> Substring? {
        guard case .once(let value) = headers.occurrence(of: "Authorization") else { return nil }
        let scheme = value.utf8.prefix(7)
        guard scheme.elementsEqual("Bearer ".utf8) || Substring(scheme).lowercased() == "bearer " else { return nil }
        let token = value.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
        // The parser has taken white space off a value's end.
        return token.isEmpty ? nil : Substring(token)
    }
}
