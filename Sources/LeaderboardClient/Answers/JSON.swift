/// What users say of themselves beside what has a name here: any JSON.
public enum JSON: Codable, Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// What is not said is left out.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// As the service reads it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        // What is whole is written so: an encoder may make `1.0` of it.
        case .number(let value):
            if let whole = Int64(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Nil: it is none.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
}

/// `name`, `avatar`, `country`, and what else a user says of themself.
public struct Metadata: Codable, Sendable, Hashable {
    /// By name.
    public var members: [String: JSON]

    /// What is not said is left out.
    public init(_ members: [String: JSON] = [:]) { self.members = members }

    /// What is not said is left out.
    public init(from decoder: any Decoder) throws {
        members = try decoder.singleValueContainer().decode([String: JSON].self)
    }

    /// As the service reads it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(members)
    }

    /// What it is called.
    public var name: String? { members["name"]?.string }
    /// An https URL.
    public var avatar: String? { members["avatar"]?.string }
    /// Two letters.
    public var country: String? { members["country"]?.string }
}
