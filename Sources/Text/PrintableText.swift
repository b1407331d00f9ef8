extension String {
    /// For a terminal: hidden characters of somebody else's text are shown as `\u{9B}`, and a backslash is doubled.
    package var printable: String {
        escaped { $0 == "\\" ? "\\\\" : $0.isHidden ? "\\u{\(String($0.value, radix: 16, uppercase: true))}" : nil }
    }

    /// The same JSON, with hidden characters of its strings escaped. It has none elsewhere, but for line feeds.
    package var printableJSON: String {
        escaped { scalar in
            scalar != "\n" && scalar.isHidden ? scalar.escapedForJSON : nil
        }
    }

    private func escaped(_ escape: (Unicode.Scalar) -> String?) -> String {
        var text = ""
        for scalar in unicodeScalars {
            if let escaped = escape(scalar) { text += escaped } else { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
