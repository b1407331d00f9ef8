import Text

/// Takes the members of a definition one after the other, each as its rule says, and keeps what is wrong with all of them. What is
/// wrong is left at its default.
struct DefinitionReader {
    private let object: JSONObject
    private(set) var faults: [String] = []

    init(_ object: JSONObject) {
        self.object = object
    }

    var hasFaults: Bool { !faults.isEmpty }

    /// For who reads a member otherwise, and refuses it.
    func value(_ name: String) -> JSONValue? { object[name] }

    mutating func refuse(_ fault: String) { faults.append(fault) }

    /// Members that are none of a definition: each could be one that was meant to change what the board is.
    mutating func refuseOthers(than known: [String]) {
        for member in object.members {
            if let unknown = UnknownWord(in: [member.name], known: known) { faults.append(unknown.words(as: "member")) }
        }
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, default usual: Word) -> Word {
        guard let value = object[name] else { return usual }
        if let word = value.string.flatMap(Word.init(rawValue:)) { return word }
        faults.append("\(name) must be \(Self.list(of: Word.self))")
        return usual
    }

    mutating func flag(_ name: String) -> Bool {
        guard let value = object[name] else { return false }
        if value.bool == nil { faults.append("\(name) must be true or false") }
        return value.bool ?? false
    }

    /// 1 to so many as there are; one may be named twice.
    mutating func words<Word: RawRepresentable<String> & CaseIterable & Hashable>(
        _ name: String,
        default usual: Set<Word>
    ) -> Set<Word> {
        guard let value = object[name] else { return usual }
        let count = Word.allCases.count
        if let all = value.array, (1...count).contains(all.count) {
            let words = all.compactMap { $0.string.flatMap(Word.init(rawValue:)) }
            if words.count == all.count { return Set(words) }
        }
        faults.append("\(name) must be a list of 1 to \(count) of \(Self.list(of: Word.self))")
        return usual
    }

    mutating func number(_ name: String, in range: ClosedRange<Int>, default usual: Int) -> Int {
        number(object[name], called: name, in: range, default: usual)
    }

    /// Of an object within the definition.
    mutating func numbers(_ name: String, _ inner: [(name: String, range: ClosedRange<Int>, usual: Int)]) -> [Int] {
        let usual = inner.map(\.usual)
        guard let value = object[name] else { return usual }
        guard let members = value.object else {
            faults.append("\(name) must be an object with \(inner.map(\.name).joined(separator: " and "))")
            return usual
        }
        for member in members.members {
            guard let unknown = UnknownWord(in: [member.name], known: inner.map(\.name)) else { continue }
            faults.append("in \(name), " + unknown.words(as: "member"))
        }
        return inner.map { part in
            number(members[part.name], called: "\(name).\(part.name)", in: part.range, default: part.usual)
        }
    }

    mutating func text(_ name: String, _ rule: String, _ isAllowed: (String) -> Bool) -> String {
        guard let value = object[name] else { return "" }
        if let text = value.string, isAllowed(text) { return text }
        faults.append("\(name) must be \(rule)")
        return ""
    }

    /// Nil: it is left out, or is none.
    mutating func value<Value>(_ name: String, _ rule: String, _ read: (String) -> Value?) -> Value? {
        guard let given = object[name] else { return nil }
        let value = given.string.flatMap(read)
        if value == nil { faults.append("\(name) \(rule)") }
        return value
    }

    /// What has its place in the contract, and only one value yet.
    mutating func expect(_ name: String, _ value: String, _ isValue: (JSONValue) -> Bool) {
        guard let given = object[name], !isValue(given) else { return }
        faults.append("\(name) must be \(value), or left out: nothing else is there yet")
    }

    private mutating func number(
        _ value: JSONValue?,
        called name: String,
        in range: ClosedRange<Int>,
        default usual: Int
    ) -> Int {
        guard let value else { return usual }
        if let number = value.integer, range.contains(number) { return number }
        faults.append("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return usual
    }

    private static func list<Word: RawRepresentable<String> & CaseIterable>(of _: Word.Type) -> String {
        let words = Word.allCases.map(\.rawValue)
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }
}
