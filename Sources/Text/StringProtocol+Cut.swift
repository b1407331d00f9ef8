/// Texts from outside are taken apart byte by byte: an accent, or one of the signs that Unicode writes in front of another, makes
/// one character of itself and a comma beside it, and Swift's own `split` and `firstIndex(of:)`, which compare characters, pass over
/// the comma. Separators are ASCII. (Inlined: every request is looked at by these, and unspecialized they cost it 5,000 instructions.)
extension StringProtocol {
    /// The text before the first separator, and the text behind it: nil where there is no separator. Either may be empty.
    @inlinable package func cut(at separator: Unicode.Scalar) -> (before: SubSequence, after: SubSequence?) {
        guard let place = utf8.firstIndex(of: UInt8(ascii: separator)) else { return (self[...], nil) }
        return (self[..<place], self[utf8.index(after: place)...])
    }

    /// What stands between the separators, the empty texts too: one more than there are separators.
    @inlinable package func parts(at separator: Unicode.Scalar) -> [SubSequence] {
        utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
            .map { self[$0.startIndex..<$0.endIndex] }
    }

    /// The words between blanks.
    @inlinable package var words: [SubSequence] { parts(at: " ").filter { !$0.isEmpty } }
}

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// The text before the last separator, nil where there is none, and the text behind it. Either may be empty.
    @inlinable package func cut(atLast separator: Unicode.Scalar) -> (before: SubSequence?, after: SubSequence) {
        guard let place = utf8.lastIndex(of: UInt8(ascii: separator)) else { return (nil, self[...]) }
        return (self[..<place], self[utf8.index(after: place)...])
    }
}
