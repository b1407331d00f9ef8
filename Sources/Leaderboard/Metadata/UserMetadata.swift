package import NIOCore
package import Text

/// What a user says of itself beside its score: a JSON object of up to ``maximumBytes``, written anew by us, so that it may stand in any
/// answer as it is. Three members have rules: `name` (``DisplayName``), `avatar` (``PictureURL``) and `country` (``CountryCode``); any
/// other may be any JSON. A member that is `null` is as one that is left out.
package struct UserMetadata: Hashable, Sendable {
    /// As it is kept, with the braces.
    package static let maximumBytes = 512
    /// Of objects and arrays within each other, the object itself included.
    package static let maximumDepth = 6
    /// Nothing is said.
    package static let none = UserMetadata(checked: "{}")

    /// Those with rules first, then the others by their names: two texts that say the same are kept as the same bytes, but for what
    /// stands within other members.
    package let json: String

    package var isEmpty: Bool { json == Self.none.json }

    private init(checked json: String) {
        self.json = json
    }

    /// All that is wrong is told at once.
    package init(_ value: JSONValue) throws(InvalidMetadata) {
        guard let object = value.object else { throw InvalidMetadata(["It must be a JSON object."]) }
        var faults: [String] = []
        for (name, check) in Self.rules {
            guard let value = object[name], value != .null else { continue }
            if let fault = check(value.string) { faults.append("\(name) \(fault).") }
        }
        let text = String(buffer: Self.written(object, &faults))
        if text.utf8.count > Self.maximumBytes {
            faults.append("It has \(text.utf8.count) bytes as it is kept; \(Self.maximumBytes) is the most.")
        }
        guard faults.isEmpty else { throw InvalidMetadata(faults) }
        json = text
    }

    /// The body of a request.
    package init(json: ByteBuffer, maximumBytes: Int) throws(InvalidMetadata) {
        do { try self.init(try JSONValue(json: json, maximumBytes: maximumBytes)) } catch let error as InvalidMetadata {
            throw error
        } catch {
            throw InvalidMetadata(["The body is not valid JSON: \(error)."])
        }
    }

    /// What Redis holds, by whoever wrote it. Nil: it is none, or none that may be shown.
    init?(stored text: String) {
        guard text.utf8.count <= Self.maximumBytes,
            let value = try? JSONValue(json: Array(text.utf8), maximumBytes: Self.maximumBytes),
            let metadata = try? UserMetadata(value)
        else { return nil }
        self = metadata
    }

    /// By name, in the order in which they are kept; each says what is wrong with the string, or with what is no string.
    private static let rules: [(String, @Sendable (String?) -> String?)] = [
        (DisplayName.member, { $0.flatMap { try? DisplayName($0) } == nil ? DisplayName.rule : nil }),
        ("avatar", { $0.flatMap { PictureURL($0) } == nil ? PictureURL.rule : nil }),
        (CountryCode.member, { $0.flatMap { CountryCode($0) } == nil ? CountryCode.rule : nil }),
    ]

    private static func written(_ object: JSONObject, _ faults: inout [String]) -> ByteBuffer {
        var body = ByteBuffer(string: "{")
        let known = rules.map(\.0)
        let others = object.members.filter { member in !known.contains { $0.utf8.elementsEqual(member.name.utf8) } }
        func write(_ name: String, _ value: JSONValue) {
            guard value != .null else { return }
            if body.readableBytes > 1 { body.writeStaticString(",") }
            body.writeJSON(name)
            body.writeStaticString(":")
            body.writeJSON(value)
        }
        for name in known {
            guard let value = object[name], value != .null else { continue }
            write(name, name == DisplayName.member ? .string(DisplayName.trimmed(value.string ?? "")) : value)
        }
        for member in others.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            write(member.name, member.value)
        }
        body.writeStaticString("}")
        if JSONValue.object(object).depth > maximumDepth {
            faults.append("It may be nested \(maximumDepth) deep.")
        }
        return body
    }
}

/// All that is wrong with metadata, as sentences.
package struct InvalidMetadata: Error, Sendable, Equatable, CustomStringConvertible {
    package let faults: [String]

    init(_ faults: [String]) {
        self.faults = faults
    }

    package var description: String { faults.joined(separator: " ") }
}

extension JSONValue {
    /// Of objects and arrays within each other; 0 of a scalar. What was read is no deeper than its reader takes.
    fileprivate var depth: Int {
        switch self {
        case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .string, .number, .bool, .null: 0
        }
    }
}
