import Text
package import NIOCore

/// The headers of a request, where they stand in the bytes that came: a value becomes text when somebody asks for it. A
/// request costs one array, whatever it sends.
///
/// Names are asked for as literals of letters and hyphens, in any case (RFC 9110, section 5.1).
package struct RequestHeaders: Sendable {
    /// Places from the head's first byte on.
    struct Field: Sendable {
        let name, value: Range<UInt32>

        init(_ line: FieldLine) {
            name = Self.narrow(line.name)
            value = Self.narrow(line.value)
        }

        private static func narrow(_ range: Range<Int>) -> Range<UInt32> {
            UInt32(range.lowerBound)..<UInt32(range.upperBound)
        }
    }

    /// How often a header stands in a request.
    package enum Occurrence {
        case none
        case once(ByteBuffer)
        case several
    }

    private let head: ByteBuffer
    private let fields: [Field]

    /// - Parameter head: begins with the byte from which the fields' places count.
    init(_ fields: [Field] = [], in head: ByteBuffer = ByteBuffer()) {
        self.head = head
        self.fields = fields
    }

    /// For a header that may stand only once.
    package func occurrence(of name: StaticString) -> Occurrence {
        let bytes = head.readableBytesUInt8Span
        var found: Field?
        for field in fields where bytes.isName(field.name.places, name) {
            guard found == nil else { return .several }
            found = field
        }
        return found.map { .once(value(of: $0)) } ?? .none
    }

    /// The values of all lines of this name, in their order. Bytes that are no UTF-8 are replaced.
    package subscript(name: StaticString) -> [String] {
        let bytes = head.readableBytesUInt8Span
        var values: [String] = []
        for field in fields where bytes.isName(field.name.places, name) {
            values.append(String(buffer: value(of: field)))
        }
        return values
    }

    /// The members of a header that is a list: of all its lines, split at the commas, without the blanks around them.
    package func list(_ name: StaticString) -> [Substring] {
        self[name].flatMap { $0.parts(at: ",").map(\.trimmed) }
    }

    private func value(of field: Field) -> ByteBuffer {
        let value = field.value.places
        return head.getSlice(at: head.readerIndex + value.lowerBound, length: value.count) ?? ByteBuffer()
    }
}

extension Range<UInt32> {
    fileprivate var places: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}
