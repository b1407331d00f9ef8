import NIOCore
import Text

extension ByteBuffer {
    /// `,"frozen":{"since":…}` of a board that is not shown as it is, with `,"hidden":…` while it is revealed place by place; nothing of any other.
    mutating func write(_ frozen: FrozenLook?) {
        guard let frozen else { return }
        writeStaticString(",\"frozen\":{\"since\":")
        writeJSON(frozen.since)
        if let covered = frozen.covered {
            writeStaticString(",\"hidden\":")
            writeJSON(covered)
        }
        writeStaticString("}")
    }
}
