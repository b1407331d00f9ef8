import NIOHTTP1

/// The `Origin`s that may open a WebSocket (RFC 6455, section 10.2). A client that is no browser sends none and may.
struct AllowedOrigins: Sendable {
    private let origins: Set<String>?

    /// `*`, or a list of origins such as `https://play.example.com`; they are compared without regard to case.
    init(_ origins: [String]) {
        self.origins = origins.contains("*") ? nil : Set(origins.map { $0.lowercased() })
    }

    func allow(_ headers: HTTPHeaders) -> Bool {
        guard let origins else { return true }
        return headers["Origin"].allSatisfy { origins.contains($0.lowercased()) }
    }
}
