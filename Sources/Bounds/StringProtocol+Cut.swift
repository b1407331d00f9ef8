extension StringProtocol {
    /// The text before the first separator, and the text behind it: nil where there is no separator. Either may be empty.
    ///
    /// Compared byte by byte: a separator with an accent behind it, which Swift takes for another character, is one.
    /// - Parameter separator: an ASCII character.
    package func cut(at separator: Unicode.Scalar) -> (before: SubSequence, after: SubSequence?) {
        guard let place = utf8.firstIndex(where: { Unicode.Scalar($0) == separator }) else { return (self[...], nil) }
        return (self[..<place], self[utf8.index(after: place)...])
    }
}
