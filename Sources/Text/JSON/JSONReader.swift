package import NIOCore

extension JSONValue {
    /// The one JSON text that `bytes` are, by RFC 8259 at its strictest: valid UTF-8 without a byte order mark, no
    /// duplicate names, no lone surrogates, nothing before or behind but white space. It costs time and memory
    /// proportional to the size, whatever the bytes are.
    /// - Parameters:
    ///   - maximumBytes: a larger text is refused unread.
    ///   - maximumDepth: of arrays and objects within each other; 0 takes only a scalar.
    ///   - mayRepeatNames: for who only wants to say what is wrong with a text that has duplicate names.
    package init(
        json bytes: [UInt8],
        maximumBytes: Int,
        maximumDepth: Int = 8,
        mayRepeatNames: Bool = false
    ) throws(JSONSyntaxError) {
        guard bytes.count <= maximumBytes else { throw JSONSyntaxError(reason: .tooLarge, offset: maximumBytes) }
        var reader = JSONReader(bytes: bytes, mayRepeatNames: mayRepeatNames)
        self = try reader.text(maximumDepth: maximumDepth)
    }

    /// The same for what is readable in a buffer.
    package init(json buffer: ByteBuffer, maximumBytes: Int, maximumDepth: Int = 8) throws(JSONSyntaxError) {
        guard buffer.readableBytes <= maximumBytes else {
            throw JSONSyntaxError(reason: .tooLarge, offset: maximumBytes)
        }
        try self.init(json: Array(buffer.readableBytesView), maximumBytes: maximumBytes, maximumDepth: maximumDepth)
    }
}

/// One pass over the bytes by recursive descent; the recursion is bounded by the depth.
struct JSONReader {
    let bytes: [UInt8]
    var index = 0
    private let mayRepeatNames: Bool

    init(bytes: [UInt8], mayRepeatNames: Bool = false) {
        self.bytes = bytes
        self.mayRepeatNames = mayRepeatNames
    }

    mutating func text(maximumDepth: Int) throws(JSONSyntaxError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark) }
        let value = try value(depthLeft: maximumDepth)
        skipWhiteSpace()
        guard index == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    private mutating func value(depthLeft: Int) throws(JSONSyntaxError) -> JSONValue {
        skipWhiteSpace()
        switch try peek() {
        case UInt8(ascii: "{"):
            guard depthLeft > 0 else { throw error(.tooDeep) }
            return .object(try object(depthLeft: depthLeft - 1))
        case UInt8(ascii: "["):
            guard depthLeft > 0 else { throw error(.tooDeep) }
            return .array(try array(depthLeft: depthLeft - 1))
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default:
            throw error(.unexpectedByte)
        }
    }

    private mutating func object(depthLeft: Int) throws(JSONSyntaxError) -> JSONObject {
        index += 1
        var members: [JSONObject.Member] = []
        var names = JSONNames()
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "}") {
            index += 1
            return JSONObject(members: members)
        }
        while true {
            skipWhiteSpace()
            let start = index
            guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            let name = try string()
            guard mayRepeatNames || names.insert(name, after: members) else {
                throw JSONSyntaxError(reason: .duplicateName, offset: start)
            }
            skipWhiteSpace()
            guard try peek() == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
            index += 1
            members.append(JSONObject.Member(name: name, value: try value(depthLeft: depthLeft)))
            if try endsOrContinues(with: UInt8(ascii: "}")) { return JSONObject(members: members) }
        }
    }

    private mutating func array(depthLeft: Int) throws(JSONSyntaxError) -> [JSONValue] {
        index += 1
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "]") {
            index += 1
            return elements
        }
        while true {
            elements.append(try value(depthLeft: depthLeft))
            if try endsOrContinues(with: UInt8(ascii: "]")) { return elements }
        }
    }

    /// After an element: true if the closing bracket was taken, false if a comma was.
    private mutating func endsOrContinues(with closing: UInt8) throws(JSONSyntaxError) -> Bool {
        skipWhiteSpace()
        let byte = try peek()
        guard byte == closing || byte == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
        index += 1
        return byte == closing
    }

    private mutating func expect(_ word: StaticString) throws(JSONSyntaxError) {
        for byte in word.description.utf8 {
            guard try peek() == byte else { throw error(.unexpectedByte) }
            index += 1
        }
    }

    private mutating func skipWhiteSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): index += 1
            default: return
            }
        }
    }

    func peek() throws(JSONSyntaxError) -> UInt8 {
        guard index < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[index]
    }

    func error(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: index)
    }
}

/// Finds duplicate names, compared byte for byte. A few are compared one by one; beyond that a set keeps an object of
/// many names from costing the square of their number.
private struct JSONNames {
    private static let comparedOneByOne = 16
    private var set: Set<[UInt8]> = []

    /// False if one of `members` has the name already. Called for each name in turn.
    mutating func insert(_ name: String, after members: [JSONObject.Member]) -> Bool {
        guard members.count >= Self.comparedOneByOne else {
            return !members.contains { $0.name.utf8.elementsEqual(name.utf8) }
        }
        if set.isEmpty {
            set = Set(members.map { Array($0.name.utf8) })
        }
        return set.insert(Array(name.utf8)).inserted
    }
}
