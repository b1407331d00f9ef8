import NIOHTTP1

/// The token of an `Authorization: Bearer …` header (RFC 6750, section 2.1).
enum BearerToken {
    /// Nil if there is no such header, another scheme, or more than one.
    static func of(_ headers: HTTPHeaders) -> String? {
        let values = headers["Authorization"]
        guard values.count == 1, let value = values.first else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].trimmed
        return token.isEmpty ? nil : String(token)
    }
}
