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

    /// The number, if it is written as an integer (see ``JSONNumber/integer``).
    package var integer: Int? { number?.integer }
}

/// Members in the order in which they were written. No two have the same name: the reader refuses such a text.
package struct JSONObject: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSONValue
    }

    package let members: [Member]

    /// The value of the member with exactly this name, byte for byte: no Unicode equivalence.
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

    /// The value, if it is written as an integer and fits: `50` is, `50.0`, `5e1` and `-0` are not. (No writer of
    /// integers makes a `-0`; a reader that takes it has two zeros.)
    package var integer: Int? {
        guard text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || isDigit($0) }), text != "-0" else { return nil }
        return Int(text)
    }

    /// The value as a double, if there is one that is finite: for times that may have a fraction.
    package var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
