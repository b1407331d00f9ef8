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
        for (candidate, value) in self where candidate.utf8.count == name.utf8.count {
            // Most clients write the usual form.
            guard candidate == name || candidate.lowercased() == name.lowercased() else { continue }
            guard case .none = found else { return .several }
            found = .once(value)
        }
        return found
    }
}
