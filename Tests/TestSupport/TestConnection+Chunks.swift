import NIOCore

extension TestConnection {
    /// An answer with `Transfer-Encoding: chunked`, to its end: its head, and its body without the chunks' frames.
    package func streamed() async throws -> (head: String, body: String) {
        let head: String = try await receive { bytes in
            let view = bytes.readableBytesView
            guard let end = view.indices.first(where: { view[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
                return nil
            }
            return bytes.readString(length: end + 4 - view.startIndex)
        }
        return (head, try await chunks())
    }

    /// What is left of such a body.
    package func chunks() async throws -> String {
        var body = ""
        while true {
            let chunk: String = try await receive { bytes in
                let view = bytes.readableBytesView
                guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
                let line = end + 1 - view.startIndex
                let size = Int(String(decoding: view.prefix(max(line - 2, 0)), as: UTF8.self), radix: 16) ?? 0
                guard bytes.readableBytes >= line + size + 2 else { return nil }
                bytes.moveReaderIndex(forwardBy: line)
                let text = bytes.readString(length: size)
                bytes.moveReaderIndex(forwardBy: 2)
                return text
            }
            if chunk.isEmpty { return body }
            body += chunk
        }
    }
}
