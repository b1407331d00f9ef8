import Board
import Crypto
import Leaderboard
import Text

/// Somebody who is told of events.
struct WebhookEndpoint: Sendable {
    let url: WebhookURL
    /// Of all, a signature is sent.
    let secrets: [WebhookSecret]
    let boards: [BoardPattern]
    let events: Set<WebhookEventType>
    /// `board.overtaken` is told of users who were among so many.
    let top: Int

    static let topAllowed = 1...100
    static let usualTop = 10

    func wants(_ event: WebhookEventType, of board: BoardID) -> Bool {
        events.contains(event) && boards.contains { $0.matches(board) }
    }

    /// By which Redis knows what waits for it: who is moved in the file keeps it, another URL is another endpoint.
    var id: String {
        SHA256.hash(data: Array(url.text.utf8)).prefix(16).hexadecimal
    }
}
