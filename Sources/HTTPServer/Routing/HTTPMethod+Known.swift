import NIOHTTP1

extension HTTPMethod {
    /// Whether it is in IANA's registry of methods (RFC 9110, section 16.1.1): what a path does not take of those is 405, and any
    /// other token is 501. Methods differ in their case.
    var isKnown: Bool {
        guard case .RAW(let name) = self else { return true }
        return Self.registered.contains(name)
    }

    /// Those that NIO has no case for.
    private static let registered: Set = [
        "BASELINE-CONTROL", "CHECKIN", "LABEL", "MKREDIRECTREF", "MKWORKSPACE", "ORDERPATCH", "QUERY", "UNCHECKOUT",
        "UPDATE",
        "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ]
}
