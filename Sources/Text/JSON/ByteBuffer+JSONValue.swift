package import NIOCore

extension ByteBuffer {
    /// Writes a value as it was read, without white space; a number keeps its text. As deep as the value: its reader has bounded that.
    package mutating func writeJSON(_ value: JSONValue) {
        switch value {
        case .object(let object):
            writeStaticString("{")
            for (place, member) in object.members.enumerated() {
                if place > 0 { writeStaticString(",") }
                writeJSON(member.name)
                writeStaticString(":")
                writeJSON(member.value)
            }
            writeStaticString("}")
        case .array(let elements):
            writeStaticString("[")
            for (place, element) in elements.enumerated() {
                if place > 0 { writeStaticString(",") }
                writeJSON(element)
            }
            writeStaticString("]")
        case .string(let text): writeJSON(text)
        case .number(let number): writeString(number.text)
        case .bool(let value): writeString(value ? "true" : "false")
        case .null: writeStaticString("null")
        }
    }
}
