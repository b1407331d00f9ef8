import Board
import Text
import NIOCore

@testable import Leaderboard

extension FuzzTarget {
    static let json = FuzzTarget(
        "json",
        "JSON texts, read, written and read again",
        dictionary: "json"
    ) { input in
        guard let value = try? JSONValue(json: input.bytes, maximumBytes: 65_536) else { return }
        let written = value.text
        guard let again = try? JSONValue(json: written, maximumBytes: 1 << 20) else {
            return promise(false, "what is written can be read")
        }
        promise(again == value && again.text == written, "what is read again is the same")
    }
}

extension JSONValue {
    fileprivate var text: ByteBuffer {
        var text = ByteBuffer()
        write(into: &text)
        return text
    }

    private func write(into text: inout ByteBuffer) {
        switch self {
        case .object(let object):
            for (index, member) in object.members.enumerated() {
                text.writeString(index == 0 ? "{" : ",")
                text.writeJSON(member.name)
                text.writeString(":")
                member.value.write(into: &text)
            }
            text.writeString(object.members.isEmpty ? "{}" : "}")
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                text.writeString(index == 0 ? "[" : ",")
                element.write(into: &text)
            }
            text.writeString(elements.isEmpty ? "[]" : "]")
        case .string(let string): text.writeJSON(string)
        case .number(let number):
            number.check()
            text.writeString(number.text)
        case .bool(let bool): text.writeString(bool ? "true" : "false")
        case .null: text.writeString("null")
        }
    }
}

extension JSONNumber {
    fileprivate func check() {
        if let double { promise(double.isFinite, "a double is finite") }
        guard let integer, ScoreRange.contains(integer) else { return }
        promise(Double(text) == Double(integer), "an integer is the number that is written")
    }
}
