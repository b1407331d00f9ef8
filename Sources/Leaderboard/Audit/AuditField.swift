import RedisClient

extension AuditEntry {
    /// One field of an entry. Ours are text; what another writer put there is kept byte for byte, for the chain's hash and a backup
    /// are made over it.
    package struct Field: Sendable {
        /// Where it is not UTF-8, with U+FFFD for what is wrong.
        package let name: String
        package let value: String
        /// Nil: both are UTF-8.
        private let raw: (name: [UInt8], value: [UInt8])?

        package init(name: String, value: String) {
            self.name = name
            self.value = value
            raw = nil
        }

        package init(name: [UInt8], value: [UInt8]) {
            let texts = (String(validating: name, as: UTF8.self), String(validating: value, as: UTF8.self))
            self.name = texts.0 ?? String(decoding: name, as: UTF8.self)
            self.value = texts.1 ?? String(decoding: value, as: UTF8.self)
            raw = texts.0 == nil || texts.1 == nil ? (name, value) : nil
        }

        var isUTF8: Bool { raw == nil }

        /// Of no greater length than ours have (a reason has 500 characters), and in UTF-8.
        var isText: Bool {
            isUTF8 && value.utf8.count <= 4096 && !value.unicodeScalars.contains("\u{FFFD}")
        }

        var nameBytes: [UInt8] { raw?.name ?? Array(name.utf8) }
        var valueBytes: [UInt8] { raw?.value ?? Array(value.utf8) }
    }
}

extension AuditEntry.Field: Equatable {
    /// By bytes: strings are equal also where Unicode takes them for one.
    package static func == (one: Self, other: Self) -> Bool {
        one.nameBytes == other.nameBytes && one.valueBytes == other.valueBytes
    }
}

extension RedisCommand {
    mutating func append(_ field: AuditEntry.Field) {
        if field.isUTF8 {
            append(field.name)
            append(field.value)
        } else {
            append(field.nameBytes)
            append(field.valueBytes)
        }
    }
}
