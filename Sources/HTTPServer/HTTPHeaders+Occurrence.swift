package import NIOHTTP1

/// How often a header stands in a request.
package enum HeaderOccurrence {
    case none
    case once(String)
    case several
}

extension HTTPHeaders {
    /// For a header that may stand only once. Unlike the subscript it makes no array.
    package func occurrence(of name: String) -> HeaderOccurrence {
        var found = HeaderOccurrence.none
        for (candidate, value) in self where candidate.isHeader(name) {
            guard case .none = found else { return .several }
            found = .once(value)
        }
        return found
    }
}

extension String {
    /// The names of headers do not depend on case (RFC 9110, section 5.1). No allocation.
    /// - Parameter name: of letters and hyphens.
    func isHeader(_ name: String) -> Bool {
        guard utf8.count == name.utf8.count else { return false }
        // Most clients write the usual form. The bit that tells the cases apart is set in the hyphen, too.
        return self == name || utf8.elementsEqual(name.utf8) { $0 | 0x20 == $1 | 0x20 }
    }
}
