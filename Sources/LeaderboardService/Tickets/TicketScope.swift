import Board
import Broadcast
import HTTPServer
import Leaderboard
import Seasons
import Text

/// What a ticket is for: one board, and as much of what can be asked of its live connections as who wanted the ticket has named.
struct TicketScope: Sendable, Equatable {
    let board: BoardID
    /// `all` too; nil: whichever.
    let window: WindowName?
    /// As the query has it; nil: whichever.
    let view: String?
    /// Of `user_id`; none: whoever.
    let users: [UserID]

    private static let members = ["board", "window", "view", "user_id"]

    /// `{"board"?, "window"?, "view"?, "user_id"?}`, of which the last may be a list. Without a board it is for `main`.
    init(json body: JSONObject) throws(Refusal) {
        if let unknown = UnknownWord(in: body.members.map(\.name), known: Self.members) {
            throw .invalidBody(unknown.text(as: "member"))
        }
        board = try Self.text("board", body).map { name throws(Refusal) in try RequestedBoard.id(name) } ?? .main
        window = try Self.text("window", body).map { name throws(Refusal) in
            guard let window = WindowName(name) else { throw .invalidWindow("window is no window's name.") }
            return window
        }
        view = try Self.text("view", body)
        users = try Self.users(body["user_id"])
        // By the rules of the connection itself.
        let pairs = (view.map { ["view=\($0)"] } ?? []) + users.map { "user_id=\($0)" }
        guard view.map({ $0.utf8.allSatisfy(Self.isLetter) }) ?? true else { throw .invalidQuery("view is no view.") }
        _ = try AskedView(Query(pairs.joined(separator: "&")))
    }

    private static func text(_ name: String, _ body: JSONObject) throws(Refusal) -> String? {
        guard let value = body[name], value != .null else { return nil }
        guard let text = value.string else { throw .invalidBody("\(name) must be a string.") }
        return text
    }

    private static func users(_ value: JSONValue?) throws(Refusal) -> [UserID] {
        guard let value, value != .null else { return [] }
        let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
        guard !texts.isEmpty, value.string != nil || texts.count == value.array?.count,
            texts.count <= AskedView.maximumUsers
        else { throw .invalidBody("user_id must be a user id, or a list of 1 to \(AskedView.maximumUsers).") }
        do { return try texts.map { try UserID($0) } } catch { throw .invalidUserID("\(error)") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    /// Whether the ticket is for what the request asks for.
    func covers(_ board: BoardID, _ window: WindowName?, _ query: Query) -> Bool {
        guard self.board == board, self.window.map({ $0 == window ?? .all }) ?? true else { return false }
        guard view.map({ $0 == query.values("view").first ?? "all" }) ?? true else { return false }
        return users.isEmpty || Set(users.map(\.rawValue)) == Set(query.userIDs)
    }
}

// As it is kept: words, none of which has a blank or a comma in it.
extension TicketScope {
    var text: String {
        let users = users.isEmpty ? "*" : users.map(\.rawValue).joined(separator: ",")
        return "\(board) \(window?.rawValue ?? "*") \(view ?? "*") \(users)"
    }

    init?(words: some Collection<Substring>) {
        let words = Array(words)
        guard words.count == 4, let board = try? BoardID(words[0]) else { return nil }
        self.board = board
        window = WindowName(words[1])
        guard window != nil || words[1] == "*" else { return nil }
        view = words[2] == "*" ? nil : String(words[2])
        guard words[3] != "*" else {
            users = []
            return
        }
        guard let users = try? words[3].parts(at: ",").map({ try UserID(String($0)) }) else { return nil }
        self.users = users
    }
}
