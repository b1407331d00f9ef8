import Text
import Leaderboard
import RedisClient

/// One log line in the making: the four fields that every line has, then more by `add`, then ``end()``.
///
/// No value can end the line or forge a field: controls, line and paragraph separators, and invisible formatting characters
/// (which could turn the text of a terminal round) come out as `\uXXXX`. Bytes that are no UTF-8 have become U+FFFD when the
/// `String` was made.
struct LogLine: ~Copyable {
    private(set) var bytes: [UInt8] = []
    private let format: LogFormat

    /// All but the time of the four fields, ready made: for lines that are written often.
    struct Head {
        let format: LogFormat
        fileprivate let beforeTime: [UInt8]
        fileprivate let afterTime: [UInt8]

        /// - Parameter isForJournal: whether the line begins with the priority that systemd's journal takes off.
        init(_ format: LogFormat, level: String, logger: String, message: String, isForJournal: Bool = false) {
            let priority = isForJournal ? Journal.prefix(ofLevel: level) : ""
            self.format = format
            let (logger, message) = (Escaped(logger), Escaped(message))
            switch format {
            case .json:
                beforeTime = Array((priority + #"{"time":""#).utf8)
                afterTime = Array(#"","level":"\#(level)","logger":"\#(logger)","message":"\#(message)""#.utf8)
            case .text:
                beforeTime = Array(priority.utf8)
                afterTime = Array(" \(level) \(logger): \(message)".utf8)
            }
        }
    }

    /// A field's name with what stands around it, ready made likewise: `,"key":` or ` key=`.
    ///
    /// The name is escaped too: a library may make it from what a peer sent.
    struct Key {
        fileprivate let bytes: [UInt8]

        init(_ name: String, _ format: LogFormat) {
            let quote = name.needsQuotes || name.contains("=") ? "\"" : ""
            let name = Escaped(name)
            bytes = Array((format == .json ? ",\"\(name)\":" : " \(quote)\(name)\(quote)=").utf8)
        }
    }

    init(_ head: borrowing Head, time: LogTime) {
        format = head.format
        // An audit line has about 240 bytes: one allocation.
        bytes.reserveCapacity(320)
        bytes += head.beforeTime
        time.append(to: &bytes)
        bytes += head.afterTime
    }

    mutating func end() {
        append(format == .json ? "}\n" : "\n")
    }

    mutating func add(_ key: Key, _ value: Int) {
        bytes += key.bytes
        append(value)
    }

    mutating func add(_ key: Key, _ value: String) {
        bytes += key.bytes
        appendValue(value)
    }

    mutating func begin(_ key: Key) {
        bytes += key.bytes
    }

    /// A string as a JSON string; in `text` without quotes where none are needed to tell its end.
    mutating func appendValue(_ value: String) {
        let needsQuotes = format == .json || value.needsQuotes
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        // Scanned in the array after copying: the bytes of an array are reached five times faster than a string's.
        let start = bytes.count
        append(value)
        if !bytes[start...].allSatisfy(\.isPlain) {
            bytes.removeSubrange(start...)
            append(Escaped(value).description)
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
    }

    mutating func append(_ number: Int) {
        bytes.append(decimal: number)
    }

    /// Text of our own that needs no escaping.
    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}

extension String {
    /// Whether nobody could tell where it ends in a line of `text`.
    fileprivate var needsQuotes: Bool {
        isEmpty || utf8.contains { $0 == UInt8(ascii: " ") || $0 > 0x7e }
    }
}

/// A text in which nothing is left that could end a line or a JSON string, or that a terminal would obey.
struct Escaped: CustomStringConvertible {
    let description: String

    init(_ text: String) {
        if text.utf8.allSatisfy(\.isPlain) {
            description = text
        } else {
            description = text.unicodeScalars.reduce(into: "") { $0 += $1.escaped }
        }
    }
}

extension UInt8 {
    /// Printable ASCII but for the quote and the backslash.
    fileprivate var isPlain: Bool {
        self >= 0x20 && self < 0x7f && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}

extension Unicode.Scalar {
    fileprivate var escaped: String {
        switch self {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: isHidden ? escapedForJSON : String(self)
        }
    }
}
