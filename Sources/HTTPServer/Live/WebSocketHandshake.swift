import Crypto
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Text

/// The client's side of the opening handshake (RFC 6455, section 4.2.1), checked.
struct WebSocketHandshake {
    let accept: String
    /// Ours, where the client offers it. Nothing else that it offers is looked at, and nothing of it is ever sent back.
    let subprotocol: String?
    /// Messages may be compressed.
    let isDeflated: Bool

    /// - Parameters:
    ///   - eventStream: see ``Route/webSocket(_:eventStream:subprotocol:_:)``, as of `subprotocol`.
    ///   - deflates: what the client offers of compression may be taken.
    init(
        _ request: Request,
        eventStream: String? = nil,
        subprotocol: String? = nil,
        deflates: Bool = false
    ) throws(RequestViolation) {
        let headers = request.headers
        guard request.method == .GET, request.isHTTP11, Self.names("websocket", in: headers.list("Upgrade")),
            Self.names("upgrade", in: headers.list("Connection"))
        else {
            let other = eventStream.map { ", or read \(request.path.cut(atLast: "/").before ?? "")/\($0)" } ?? ""
            throw .upgrade("This path speaks WebSocket: open it with one\(other).")
        }
        guard headers["Sec-WebSocket-Version"] == ["13"] else { throw .upgrade("Speak WebSocket version 13.") }
        let keys = headers["Sec-WebSocket-Key"]
        guard keys.count == 1, let key = keys.first, Self.isKey(key) else {
            throw RequestViolation.malformed("Sec-WebSocket-Key must be given once, as 16 bytes in base64.")
        }
        // What follows a body that is not read to its end would be taken for frames.
        guard case .complete(let bytes) = request.body, bytes.readableBytes == 0 else {
            throw RequestViolation.malformed("A WebSocket handshake has no body.")
        }
        let offered = subprotocol.map { headers.list("Sec-WebSocket-Protocol").contains(Substring($0)) } ?? false
        self.subprotocol = offered ? subprotocol : nil
        isDeflated = deflates && DeflateOffer.isTaken(headers.list("Sec-WebSocket-Extensions"))
        accept = Data(Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
            .base64EncodedString()
    }

    private static func names(_ token: String, in list: [Substring]) -> Bool {
        list.contains { $0.lowercased() == token }
    }

    /// 16 bytes are 22 characters of base64 and two of padding.
    private static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 24 && bytes[22...] == [UInt8(ascii: "="), UInt8(ascii: "=")][...]
            && bytes[..<22].allSatisfy { $0.isLetterOrDigit || "+/".utf8.contains($0) }
    }
}

extension RequestViolation {
    /// Says which protocol and version to speak (RFC 9110, section 15.5.22; RFC 6455, section 4.2.2).
    fileprivate static func upgrade(_ message: String) -> Self {
        Self(
            status: .upgradeRequired,
            code: "upgrade_required",
            message: message,
            headers: ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"]
        )
    }
}
