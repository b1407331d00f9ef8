extension Unicode.Scalar {
    /// One that a reader does not see, or that moves what he sees: control and format characters (a terminal obeys U+009B,
    /// U+202E turns the line around), line and paragraph separators, and what Unicode has not assigned or leaves to others.
    package var isHidden: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }

    /// There is something to see, also where it stands by itself: no space of any kind, no mark, no filler (U+3164), not the pattern of
    /// Braille without dots, nor the head of a note without one.
    package var isSeen: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .nonspacingMark, .enclosingMark, .spacingMark: return false
        default:
            return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint && self != "\u{2800}"
                && self != "\u{1D159}"
        }
    }

    /// As JSON has it in a string: `\uXXXX`, twice for what takes two units of UTF-16 (RFC 8259, section 7).
    package var escapedForJSON: String {
        String(self).utf16.reduce(into: "") { text, unit in
            text += "\\u" + unit.hexadecimal(digits: 4)
        }
    }
}
