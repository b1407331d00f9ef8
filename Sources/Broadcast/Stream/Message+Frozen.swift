import NIOCore
import Text

extension ByteBuffer {
    /// `,"frozen":{"since":…}` of a board that is not shown as it is, with `,"hidden":…` while places are covered; nothing of any other.
    mutating func write(_ frozen: FrozenLook?) {
        guard let frozen else { return }
        writeStaticString(",\"frozen\":{\"since\":")
        writeJSON(frozen.since)
        if frozen.covered > 0 {
            writeStaticString(",\"hidden\":")
            writeJSON(frozen.covered)
        }
        writeStaticString("}")
    }
}
