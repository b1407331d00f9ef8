import Board
import NIOCore
import Text

extension Message {
    /// Where a viewer of `View.own` stands, and what has happened to them since they were told last.
    static func own(
        _ user: String,
        _ told: OwnStanding,
        passed: Passings,
        overtook: Passings,
        at cursor: Cursor,
        frozen: FrozenLook? = nil,
        of subject: Subject? = nil
    ) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(320 + told.neighbours.count * 64)
        message.writeStaticString("{\"type\":\"me\"")
        message.write(subject, cursor)
        message.write(frozen)
        message.writeStaticString(",\"user_id\":")
        message.writeJSON(user)
        message.writeStaticString(",\"score\":")
        message.writeJSON(told.score)
        message.writeStaticString(",\"rank\":")
        message.writeJSON(told.rank)
        message.writeStaticString(",\"total\":")
        message.writeJSON(told.among.total)
        message.writeStaticString(",\"percentile\":")
        if told.score != nil, let percentile = told.among.percentileHundredths {
            message.writeString(String(hundredths: Int128(percentile)))
        } else {
            message.writeStaticString("null")
        }
        message.writeStaticString(",\"neighbours\":[")
        for (index, neighbour) in told.neighbours.enumerated() {
            message.writeStaticString(index == 0 ? "{\"user_id\":" : ",{\"user_id\":")
            message.writeJSON(neighbour.standing.user)
            message.writeStaticString(",\"score\":")
            message.writeJSON(neighbour.standing.score)
            message.writeStaticString(",\"rank\":")
            message.writeJSON(neighbour.rank)
            message.writeStaticString("}")
        }
        message.writeStaticString("]")
        message.write("passed", passed)
        message.write("overtook", overtook)
        message.writeStaticString("}")
        return message
    }
}

extension ByteBuffer {
    /// Nothing where nobody has.
    fileprivate mutating func write(_ name: StaticString, _ passings: Passings) {
        guard !passings.isEmpty else { return }
        writeStaticString(",\"")
        writeStaticString(name)
        writeStaticString("\":{\"count\":")
        writeJSON(passings.count)
        writeStaticString(",\"users\":[")
        for (index, passing) in passings.latest.enumerated() {
            writeStaticString(index == 0 ? "{\"user_id\":" : ",{\"user_id\":")
            writeJSON(passing.user)
            writeStaticString(",\"score\":")
            writeJSON(passing.score)
            writeStaticString(",\"time\":")
            writeJSON(passing.time)
            writeStaticString("}")
        }
        writeStaticString("]}")
    }
}
