extension Substring {
    /// Without the optional white space around it (RFC 9110, section 5.6.3).
    package var trimmed: Substring {
        var rest = utf8[...]
        while let first = rest.first, Self.isBlank(first) { rest = rest.dropFirst() }
        while let last = rest.last, Self.isBlank(last) { rest = rest.dropLast() }
        return self[rest.startIndex..<rest.endIndex]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
