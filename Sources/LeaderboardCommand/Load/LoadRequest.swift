import NIOCore

/// An update as bytes on the wire, made once per user: the driver must cost less than what it measures.
enum LoadRequest {
    static func encode(user: String, token: String, authority: String) -> ByteBuffer {
        let body = #"{"user_id":"\#(user)","score_increase":1}"#
        return ByteBuffer(
            string: "POST /api/v1/score/update HTTP/1.1\r\nHost: \(authority)\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: application/json\r\nPrefer: return=representation\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }
}
