import Board
import Broadcast
import HTTPServer
import Leaderboard
import Text

/// A subscription that is asked for: what the query of the live paths of a board takes, by the rules of these.
struct SubscriptionWish: Sendable {
    let sub: SubscriptionName
    let board: BoardID
    let wish: LiveWish

    /// What goes to the rules of a query as it is.
    private static let parameters = [
        "window", "season", "segment", "view", "user_id", "include", "neighbours", "max_rate",
    ]
    /// These are refused in words of their own, so nobody is told that they may be sent.
    private static let refused = ["season", "segment"]
    private static let members = ["sub", "board", "cursor"] + parameters.filter { !refused.contains($0) }

    init(_ content: JSONObject) throws(RefusedRequest) {
        let sub = try SubscriptionName(in: content)
        do throws(Refusal) {
            let names = content.members.map(\.name).filter { !Self.refused.contains($0) }
            if let unknown = UnknownWord(in: names, known: Self.members) {
                throw .invalidMessage(unknown.text(as: "member"))
            }
            guard let board = content["board"]?.string else { throw .invalidMessage("board must be a board's name.") }
            self.sub = sub
            self.board = try RequestedBoard.id(board)
            let cursor = try Self.cursor(content)
            wish = try LiveWish(try Self.query(content), .webSocket, cursor: cursor, namesBoard: true)
        } catch { throw RefusedRequest(error, of: sub) }
    }

    private static func cursor(_ content: JSONObject) throws(Refusal) -> Cursor? {
        guard let value = content["cursor"], value != .null else { return nil }
        guard let cursor = value.string.flatMap(Cursor.init) else {
            throw .invalidQuery("cursor must be one that a message had.")
        }
        return cursor
    }

    private static func query(_ content: JSONObject) throws(Refusal) -> Query {
        var pairs: [String] = []
        for name in parameters {
            guard let value = content[name], value != .null else { continue }
            guard let texts = texts(value, mayBeList: name == "user_id") else {
                throw .invalidQuery("\(name) must be as in a query\(name == "user_id" ? ", or a list" : "").")
            }
            pairs += texts.map { "\(name)=\($0.percentEncoded())" }
        }
        return Query(pairs.joined(separator: "&"))
    }

    /// Nil: it is of another kind than a query can have.
    private static func texts(_ value: JSONValue, mayBeList: Bool) -> [String]? {
        switch value {
        case .string(let text): return [text]
        case .number(let number): return [number.integer.map { "\($0)" } ?? number.text]
        case .array(let elements) where mayBeList && !elements.isEmpty:
            let texts = elements.compactMap(\.string)
            return texts.count == elements.count ? texts : nil
        default: return nil
        }
    }
}
