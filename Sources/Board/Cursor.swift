import Text

/// A place in a board's stream: every change up to and including `seq` of that `epoch` has been seen.
///
/// Both numbers are the board's, not an instance's, so a cursor got from one instance is good at another.
package struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// Made when the board is begun or first updated, so that a wiped board is told from the one before. `"0"`, with
    /// seq 0: there was neither yet.
    package let epoch: String
    package let seq: Int

    @inlinable package init(epoch: String, seq: Int) {
        self.epoch = epoch
        self.seq = seq
    }

    /// Reads `<epoch>:<seq>` as we write it, so that a place has one text. Nil for anything else; a text of more than 128 bytes is not looked at.
    package init?(_ text: String) {
        guard text.utf8.count <= 128, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0.isDigit }),
            digits == "0" || digits.utf8.first != UInt8(ascii: "0"), let seq = Int(digits), seq <= ScoreRange.limit
        else { return nil }
        self.init(epoch: String(text[..<colon]), seq: seq)
    }

    package var hasBegun: Bool { epoch != "0" }

    package var description: String { "\(epoch):\(seq)" }
}
