/// A JSON text as it was written: nothing is converted, merged or dropped on the way in.
package indirect enum JSONValue: Sendable, Equatable {
    case object(JSONObject)
    case array([JSONValue])
    case string(String)
    case number(JSONNumber)
    case bool(Bool)
    case null

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var number: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The number, if it is a whole one (see ``JSONNumber/integer``).
    package var integer: Int? { number?.integer }
}

/// Members in the order in which they were written. No two have the same name: the reader refuses such a text, unless it is told not to.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package let members: [Member]

    /// - Parameter members: no two of one name.
    package init(members: [Member]) {
        self.members = members
    }

    /// The value of the first member with exactly this name, byte for byte: no Unicode equivalence.
    package subscript(name: String) -> JSONValue? {
        for member in members where member.name.utf8.elementsEqual(name.utf8) {
            return member.value
        }
        return nil
    }
}

/// A number as text, so that nothing is rounded: `9007199254740993` and `1e400` are what they are.
package struct JSONNumber: Sendable, Equatable {
    package let text: String

    package init(_ number: Int) {
        text = String(number)
    }

    init(text: String) {
        self.text = text
    }

    /// The value, if it is a whole number that fits, however it is written: `50`, `50.0`, `5e1` and `-0` (JSON Schema, "Numeric
    /// types": an integer is a number without a fractional part). Exact: no double is made of it.
    package var integer: Int? {
        if let plain = Int(text) { return plain }
        guard let (digits, scale) = decimal else { return 0 }
        // The largest has 19 digits.
        guard let scale, scale >= 0, scale <= 19, digits.utf8.count <= 19 else { return nil }
        return Int((text.hasPrefix("-") ? "-" : "") + digits + String(repeating: "0", count: scale))
    }

    /// The digits from the first to the last that is not 0, and by which power of ten they count: nil where that is too large
    /// to matter. Nil where there is no such digit.
    private var decimal: (digits: String, scale: Int?)? {
        let (mantissa, exponent) = text.lowercased().cut(at: "e")
        let (whole, fraction) = mantissa.cut(at: ".")
        let written = (whole + (fraction ?? "")).filter { $0 != "-" }
        let significant = written.drop { $0 == "0" }
        let trailing = significant.reversed().prefix { $0 == "0" }.count
        guard !significant.isEmpty else { return nil }
        // Whatever is beyond it has more digits than any text of ours, or none before the point.
        let power = Int(exponent ?? "0").flatMap { (-1_000_000...1_000_000).contains($0) ? $0 : nil }
        return (String(significant.dropLast(trailing)), power.map { $0 - (fraction ?? "").count + trailing })
    }

    /// The value as a double, if there is one that is finite: for times that may have a fraction.
    package var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
