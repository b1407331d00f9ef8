import Text
import Crypto
import FoundationEssentials
import NIOCore

/// The client's side of the opening handshake (RFC 6455, section 4.1). No I/O: bytes in, verdict out.
struct LiveHandshake {
    /// A longer head is none that our service would send.
    private static let maximumBytes = 8192

    let request: ByteBuffer
    private let accept: String
    private var answer = ByteBuffer()

    init(authority: String, path: String) {
        let key = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
        accept = Data(Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
            .base64EncodedString()
        request = ByteBuffer(
            string: "GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: \(key)\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
    }

    /// Takes what the service sends until it has accepted.
    /// - Returns: what came after that: frames, the first often in one packet with the answer. Nil: there is more to come.
    mutating func take(_ bytes: ByteBuffer) throws(LiveClient.Failure) -> ByteBuffer? {
        answer.writeImmutableBuffer(bytes)
        guard let end = answer.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else {
            guard answer.readableBytes <= Self.maximumBytes else { throw .noAnswer }
            return nil
        }
        let head = String(decoding: answer.readableBytesView[..<end.lowerBound], as: UTF8.self)
        let lines = head.parts(at: "\n")
        guard let status = lines.first?.words.dropFirst().first.flatMap({ UInt($0) }) else {
            throw .noAnswer
        }
        guard status == 101, lines.contains(where: isAcceptance) else { throw .refused(status: status) }
        answer.moveReaderIndex(to: end.upperBound)
        return answer
    }

    private func isAcceptance(_ line: Substring) -> Bool {
        let (name, value) = line.cut(at: ":")
        return name.lowercased() == "sec-websocket-accept" && value?.filter { !$0.isWhitespace } == accept
    }
}
