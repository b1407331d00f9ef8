import Board
import Leaderboard
import Text

/// What a ticket stands for: a viewer, and what they may watch with it.
struct LiveTicket: Sendable, Equatable {
    let viewer: LiveViewer
    let scope: TicketScope

    /// `1 <token's end, in seconds since 1970> <1: a member, by the token> <user> <board> <window> <view> <users>`, where `*` is what was not named.
    var text: String {
        let end = Int(clamping: viewer.knownUntil.rounded(.down))
        return "1 \(end) \(viewer.isMember ? 1 : 0) \(viewer.subject) \(scope.text)"
    }

    init(viewer: LiveViewer, scope: TicketScope) {
        self.viewer = viewer
        self.scope = scope
    }

    /// Nil: Redis holds something else.
    init?(text: String) {
        let words = text.parts(at: " ")
        guard words.count == 8, words[0] == "1", let end = Int(words[1]), let user = try? UserID(String(words[3])),
            let scope = TicketScope(words: words.dropFirst(4))
        else { return nil }
        viewer = LiveViewer(subject: user, knownUntil: Double(end), isMember: words[2] == "1")
        self.scope = scope
    }
}
