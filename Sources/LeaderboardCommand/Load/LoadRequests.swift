import NIOCore

/// What a run sends, one after another.
enum LoadRequests: Sendable {
    /// Updates of the service, made once per user: the driver must cost less than what it measures.
    case updates([ByteBuffer])
    /// Messages for another live server, to compare the service with: each is what the service's viewers would get for
    /// the update in its place, byte for byte, when the board was empty and its users take turns.
    case messages(path: String, authority: String, users: Int)

    init(updatesOf users: [(name: String, token: String)], authority: String) {
        self = .updates(
            users.map { user in
                Self.post(
                    "/api/v1/score/update",
                    [
                        "Host: \(authority)", "Authorization: Bearer \(user.token)",
                        "Content-Type: application/json", "Prefer: return=representation",
                    ],
                    body: #"{"user_id":"\#(user.name)","score_increase":1}"#
                )
            }
        )
    }

    private static func post(_ path: String, _ headers: [String], body: String) -> ByteBuffer {
        let head = ["POST \(path) HTTP/1.1"] + headers + ["Content-Length: \(body.utf8.count)"]
        return ByteBuffer(string: head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    static func name(_ user: Int) -> String { "load-\(user + 1)" }

    /// - Parameter number: from 0.
    /// - Returns: the request, and its place in the stream where the answer will not tell it.
    func request(_ number: Int) -> (post: ByteBuffer, seq: Int?) {
        switch self {
        case .updates(let requests):
            return (requests[number % requests.count], nil)
        case .messages(let path, let authority, let users):
            let seq = number + 1
            let body =
                #"{"type":"changes","cursor":"1000000000000000:\#(seq)","from":\#(seq),"changes":[{"user_id":""#
                + #"\#(Self.name(number % users))","score":\#(number / users + 1),"score_increase":1,"seq":\#(seq)}]}"#
            return (Self.post(path, ["Host: \(authority)"], body: body), seq)
        }
    }

    /// What a viewer has seen before its first message: the service starts with a snapshot, the others with nothing.
    var startOfViewers: Int? {
        switch self {
        case .updates: nil
        case .messages: 0
        }
    }
}
