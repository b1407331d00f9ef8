import NIOCore

/// What a run sends, one after another.
enum LoadRequests: Sendable {
    struct Request {
        let post: ByteBuffer
        /// Its number among the boards that are driven.
        var board = 0
        /// The update's place in the stream, where the answer will not tell it.
        var seq: Int?
    }

    /// Updates of the service, made once for each user: the driver must cost less than what it measures. They go to so many
    /// boards in turn.
    case updates([ByteBuffer], boards: Int = 1)
    /// Messages for another live server, to compare the service with: each is what the service's viewers would get for
    /// the update in its place, byte for byte, when the board was empty and its users take turns.
    case messages(path: String, authority: String, users: Int)

    /// - Parameters:
    ///   - paths: where each board takes updates. Each gets as many, of as many users.
    ///   - tellSeq: the answers tell the update's place in the stream, as its viewers' figures need it. That has a price: the
    ///     rank comes with it, and Redis takes twice as long for an update.
    init(updatesOf users: [(name: String, token: String)], to paths: [String], authority: String, tellSeq: Bool) {
        let preference = tellSeq ? ["Prefer: return=representation"] : []
        let turns = (max(users.count, paths.count) + paths.count - 1) / paths.count
        let requests = (0..<turns * paths.count).map { number in
            let user = users[number % users.count]
            return Self.post(
                paths[number % paths.count],
                [
                    "Host: \(authority)", "Authorization: Bearer \(user.token)",
                    "Content-Type: application/json",
                ] + preference,
                body: #"{"user_id":"\#(user.name)","score_increase":1}"#
            )
        }
        self = .updates(requests, boards: paths.count)
    }

    private static func post(_ path: String, _ headers: [String], body: String) -> ByteBuffer {
        let head = ["POST \(path) HTTP/1.1"] + headers + ["Content-Length: \(body.utf8.count)"]
        return ByteBuffer(string: head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    static func name(_ user: Int) -> String { "load-\(user + 1)" }

    /// - Parameter number: from 0.
    func request(_ number: Int) -> Request {
        switch self {
        case .updates(let requests, let boards):
            let turn = number % requests.count
            return Request(post: requests[turn], board: turn % boards)
        case .messages(let path, let authority, let users):
            let seq = number + 1
            let body =
                #"{"type":"changes","cursor":"1000000000000000:\#(seq)","from":\#(seq),"changes":[{"user_id":""#
                + #"\#(Self.name(number % users))","score":\#(number / users + 1),"score_increase":1,"seq":\#(seq)}]}"#
            return Request(post: Self.post(path, ["Host: \(authority)"], body: body), seq: seq)
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
