import Text
import Leaderboard

/// One line of a `.env` file: nothing, a comment, or `NAME=value`.
///
/// A value is bare, or in quotes of either kind. Bare, it has neither blanks nor anything that a shell would act on; in quotes it
/// has no backslash, and in double quotes no `$` and no backtick. Blanks at both ends of the line do not count; around the `=` there is
/// none (a shell would run the value as a command, docker takes neither), and no `export` before the name (systemd leaves such a line
/// out).
enum EnvironmentLine {
    /// Why the line is refused. It quotes the name at most.
    struct Fault: Error, Equatable {
        var name = ""
        let reason: String
    }

    private typealias Text = Substring.UnicodeScalarView

    static func setting(in line: Substring.UnicodeScalarView) throws(Fault) -> (name: String, value: String)? {
        let rest = trimmed(line, also: "\r")
        guard let first = rest.first else { return nil }
        if first == "#" {
            guard rest.last != "\\" else {
                throw Fault(
                    reason: "is a comment with a backslash at its end, by which some take the next line into it"
                )
            }
            return nil
        }
        guard let equals = rest.firstIndex(of: "=") else { throw Fault(reason: "has no =") }
        let (before, after) = (rest[..<equals], rest[rest.index(after: equals)...])
        let isExported = before.starts(with: "export".unicodeScalars) && before.dropFirst(6).first.map(isBlank) ?? false
        let name = trimmed(isExported ? before.dropFirst(6) : before)
        guard isName(name) else {
            throw Fault(reason: "has no name before its =: letters, digits and _, the first no digit")
        }
        do throws(Fault) {
            guard !isExported else {
                throw Fault(reason: "begins with export, which docker and systemd do not take: take it out")
            }
            guard !(before.last.map(isBlank) ?? false), !(after.first.map(isBlank) ?? false) else {
                throw Fault(reason: "has a blank beside its =, which shells and docker do not take: take it out")
            }
            return (String(name), try value(of: after))
        } catch {
            throw Fault(name: String(name), reason: error.reason)
        }
    }

    private static func value(of text: Text) throws(Fault) -> String {
        for scalar in text where scalar != "\t" && (scalar.isHidden || isStrangeBlank(scalar)) {
            throw Fault(reason: "has a character in it that cannot be seen")
        }
        guard let first = text.first else { return "" }
        guard !text.contains("\\") else { throw Fault(reason: "has a backslash in it, which not all read alike") }
        guard first == "\"" || first == "'" else {
            try checkBare(text)
            return String(text)
        }
        let inner = text.dropFirst()
        guard let end = inner.firstIndex(of: first) else { throw Fault(reason: "has a quote that does not end") }
        guard inner.index(after: end) == inner.endIndex else {
            throw Fault(reason: "has something behind its closing quote: a comment needs a line of its own")
        }
        let value = inner[..<end]
        guard first == "'" || !value.contains(where: isExpanded) else {
            throw Fault(reason: "has a $ or a backtick in it, on which a shell would act: put it into single quotes")
        }
        return String(value)
    }

    private static func checkBare(_ text: Text) throws(Fault) {
        if text.first == "#" || zip(text, text.dropFirst()).contains(where: { isBlank($0) && $1 == "#" }) {
            throw Fault(reason: "has a # behind it: put the comment on a line of its own, or the value into quotes")
        }
        if text.contains(where: isBlank) { throw Fault(reason: "has a blank in it: put it into quotes") }
        if text.contains(where: isExpanded) {
            throw Fault(reason: "has a $ or a backtick in it, on which a shell would act: put it into single quotes")
        }
        if text.contains(where: { "\"'".unicodeScalars.contains($0) }) {
            throw Fault(reason: "has a quote in it: put all of it into quotes of the other kind")
        }
        if text.contains(where: { ";&|<>()".unicodeScalars.contains($0) }) || isHome(text) {
            throw Fault(reason: "has a character in it on which a shell would act: put it into quotes")
        }
    }

    /// `~` for the home folder, where a shell would see it.
    private static func isHome(_ text: Text) -> Bool {
        text.first == "~" || zip(text, text.dropFirst()).contains { $0 == ":" && $1 == "~" }
    }

    private static func isExpanded(_ scalar: Unicode.Scalar) -> Bool { scalar == "$" || scalar == "`" }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    /// A blank for some and a letter for others: U+00A0 and the like.
    private static func isStrangeBlank(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII && scalar.properties.isWhitespace
    }

    private static func isName(_ text: Text) -> Bool {
        guard let first = text.first, !("0"..."9").contains(first) else { return false }
        return text.allSatisfy { scalar in
            switch scalar {
            case "A"..."Z", "a"..."z", "0"..."9", "_": true
            default: false
            }
        }
    }

    private static func trimmed(_ text: Text, also end: Unicode.Scalar? = nil) -> Text {
        var text = text.drop(while: isBlank)
        if let end, text.last == end { text = text.dropLast() }
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}
