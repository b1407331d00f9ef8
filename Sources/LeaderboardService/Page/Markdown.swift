import HTTPServer
import Text

/// The part of Markdown in which the guides are written, as HTML: headings, paragraphs, lists, tables, fenced code; within a line code,
/// strong words and links. It is for texts of ours, made once when the service starts: what it does not know stays as it stands there.
struct Markdown {
    private(set) var title = ""
    private(set) var html = ""

    init(_ text: String) {
        var lines = text.parts(at: "\n")[...]
        while let line = lines.popFirst() {
            if line.hasPrefix("```") {
                let code = lines.prefix { $0 != "```" }
                lines = lines.dropFirst(code.count + 1)
                let escaped = code.map { Self.escaped($0) }.joined(separator: "\n")
                html += "<pre tabindex=\"0\"><code>\(escaped)</code></pre>\n"
            } else if line.hasPrefix("# ") {
                title = String(line.dropFirst(2))
                html += "<h1>\(Self.inline(line.dropFirst(2)))</h1>\n"
            } else if line.hasPrefix("## ") {
                html += "<h2 id=\"\(Self.anchor(line.dropFirst(3)))\">\(Self.inline(line.dropFirst(3)))</h2>\n"
            } else if line.hasPrefix("|") {
                html += Self.table([line] + Self.take(&lines) { $0.hasPrefix("|") })
            } else if line.hasPrefix("- ") {
                let items = Self.items([line] + Self.take(&lines) { $0.hasPrefix("- ") || $0.hasPrefix("  ") })
                html += "<ul>\(items.map { "<li>\(Self.inline($0))</li>" }.joined())</ul>\n"
            } else if !line.isEmpty {
                let rest = Self.take(&lines) { !$0.isEmpty && !$0.hasPrefix("```") && !$0.hasPrefix("- ") }
                html += "<p>\(Self.inline(([line] + rest).joined(separator: " ")[...]))</p>\n"
            }
        }
    }

    /// What leads to a heading: its letters, digits and underscores, with hyphens for all else.
    private static func anchor(_ heading: Substring) -> String {
        let marks = heading.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" ? $0 : " " }
        return String(marks).words.joined(separator: "-")
    }

    static func escaped(_ text: some StringProtocol) -> String {
        String(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private static func take(_ lines: inout ArraySlice<Substring>, _ belongs: (Substring) -> Bool) -> [Substring] {
        let taken = lines.prefix(while: belongs)
        lines = lines.dropFirst(taken.count)
        return Array(taken)
    }

    /// An item goes on in lines that begin with blanks.
    private static func items(_ lines: [Substring]) -> [Substring] {
        var items: [String] = []
        for line in lines {
            if line.hasPrefix("- ") {
                items.append(String(line.dropFirst(2)))
            } else {
                items.append((items.popLast() ?? "") + line.dropFirst())
            }
        }
        return items.map { $0[...] }
    }

    private static func table(_ lines: [Substring]) -> String {
        let rows = lines.map { line in line.parts(at: "|").dropFirst().dropLast().map { $0.trimmed } }
        func row(_ cells: [Substring], _ kind: String) -> String {
            "<tr>\(cells.map { "<\(kind)>\(inline($0))</\(kind)>" }.joined())</tr>"
        }
        let head = rows.first.map { row($0, "th") } ?? ""
        // The second line only parts them.
        let body = rows.dropFirst(2).map { row($0, "td") }.joined()
        return "<div class=\"scroll\"><table><thead>\(head)</thead><tbody>\(body)</tbody></table></div>\n"
    }

    private static func inline(_ text: Substring) -> String {
        // Every second part stands between two marks.
        text.parts(at: "`").enumerated().map { index, part in
            index % 2 == 1 ? "<code>\(escaped(part))</code>" : words(part)
        }.joined()
    }

    private static func words(_ text: Substring) -> String {
        var html = escaped(text)
        html.replace(/\[([^\]]+)\]\(([^)\s]+)\)/) { "<a href=\"\($0.2)\">\($0.1)</a>" }
        html.replace(/\*\*([^*]+)\*\*/) { "<strong>\($0.1)</strong>" }
        return html
    }
}
