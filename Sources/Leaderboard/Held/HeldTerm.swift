import Text

/// What becomes of updates of a board that wait so long, where no operator has said it before.
package struct HeldTerm: Sendable, Hashable {
    /// From when they were made.
    package let after: RuleInterval
    package let word: ReviewWord

    package static let allowed: ClosedRange<RuleInterval> = .seconds(1) ... .days(365)

    /// Nil: so long, or so short, none is.
    package init?(after: RuleInterval, _ word: ReviewWord) {
        guard Self.allowed.contains(after) else { return nil }
        (self.after, self.word) = (after, word)
    }

    package static var rule: String {
        "from \(allowed.lowerBound) to \(allowed.upperBound), such as 30m, 24h or 7d"
    }
}

extension HeldTerm {
    /// The member `held` of a definition: `{"after":"24h","then":"release"}`. Nil: it has none, or one that is wrong, which the reader has
    /// been told.
    init?(_ reader: inout DefinitionReader) {
        guard let value = reader.value("held") else { return nil }
        guard let object = value.object, object.members.count == 2, let word = object["then"]?.string,
            let after = object["after"]?.string
        else {
            reader.refuse("held must be an object of after and then, such as {\"after\":\"24h\",\"then\":\"release\"}")
            return nil
        }
        let (interval, known) = (RuleInterval(after), ReviewWord(rawValue: word))
        if interval.map(Self.allowed.contains) != true { reader.refuse("held.after must be \(Self.rule)") }
        if known == nil { reader.refuse("held.then must be release or reject") }
        guard let interval, let known else { return nil }
        self.init(after: interval, known)
    }

    /// As a definition has it; nothing in it has to be escaped.
    var json: String { #"{"after":"\#(after)","then":"\#(word.rawValue)"}"# }

    static func member(of term: HeldTerm?) -> String { term.map { #""held":\#($0.json),"# } ?? "" }
}
