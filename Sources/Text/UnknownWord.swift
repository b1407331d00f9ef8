/// A name in an operator's request that is none of those that the request may have.
package struct UnknownWord {
    private static let longest = 64

    private let name: String
    private let known: [String]

    /// The first of `names` that is not known; nil if all are. By bytes: no Unicode equivalence.
    package init?(in names: [String], known: [String]) {
        let isKnown = { (name: String) in known.contains { $0.utf8.elementsEqual(name.utf8) } }
        guard let name = names.first(where: { !isKnown($0) }) else { return nil }
        self.name = name
        self.known = known
    }

    /// Names it, and the one that may be meant: `user is no parameter here: is user_id meant?`
    package func text(as kind: String) -> String {
        words(as: kind) + (meant == nil ? "." : "")
    }

    /// The same as a part of a sentence. Nothing in it needs to be escaped in a JSON string.
    package func words(as kind: String) -> String {
        let shown = String(String.UnicodeScalarView(name.unicodeScalars.filter(Self.isShown).prefix(Self.longest)))
        let said = "\(shown.isEmpty ? "The empty name" : shown) is no \(kind) here"
        if let meant { return "\(said): is \(meant) meant?" }
        return known.isEmpty ? "\(said): there is none" : "\(said): there are \(known.joined(separator: ", "))"
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isHidden && scalar != "\"" && scalar != "\\"
    }

    /// Few letters off, or the beginning or the end of it: `user`, `id`.
    private var meant: String? {
        let name = name.lowercased()
        return known.nearest(to: name)
            ?? known.first { known in
                let (longer, shorter) = known.utf8.count > name.utf8.count ? (known, name) : (name, known)
                return shorter.utf8.count > 1 && (longer.hasPrefix(shorter) || longer.hasSuffix(shorter))
            }
    }
}
