import NIOCore
import Text

extension ByteBuffer {
    /// `,"frozen":{"since":…}` of a board that is not shown as it is; nothing of any other.
    mutating func write(frozenSince since: Int?) {
        guard let since else { return }
        writeStaticString(",\"frozen\":{\"since\":")
        writeJSON(since)
        writeStaticString("}")
    }
}
