import Text
import Board
import HTTPServer
import Leaderboard
import Seasons

/// Which rows of a board a query asks for: `limit` with `offset`, `around_user` or `around_score`; or `users`.
struct BoardQuery {
    enum Rows {
        case selection(RowSelection)
        case users([UserID])
    }

    let limit: Int
    let rows: Rows
    let view: BoardView
    /// Rows are asked for with what their users say of themselves.
    let includesMetadata: Bool

    /// What makes `GET /api/v1/scoreboard` answer with ranks.
    private static let include = "include"
    static let names = ["around_user", "around_score", "users"]

    static func isAsked(of query: Query) -> Bool {
        PastScoreboard.isAsked(of: query) || query.pairs.contains { names.contains($0.name) || $0.name == include }
    }

    /// Unknown parameters are ignored; a known one that is given twice, that is wrong, or beside which another has no meaning, is
    /// refused.
    init(_ query: Query) throws(Refusal) {
        let page = try Page(query)
        limit = page.limit
        view = try Self.view(query)
        includesMetadata = try Self.includesMetadata(query)
        let given = (["offset"] + Self.names).filter { name in query.pairs.contains { $0.name == name } }
        guard given.count <= 1 else {
            throw .invalidQuery("Give one of offset, around_user, around_score and users.")
        }
        switch given.first {
        case "around_user": rows = .selection(.around(try Self.user(query)))
        case "around_score": rows = .selection(.aroundScore(try Self.bound("around_score", query) ?? 0))
        case "users": rows = .users(try Self.users(query))
        default: rows = .selection(.page(offset: page.offset))
        }
    }

    /// Where the rows are a page.
    var page: Page? {
        guard case .selection(.page(let offset)) = rows else { return nil }
        var page = Page()
        (page.offset, page.limit) = (offset, limit)
        return page
    }

    /// `window` and `season`, or `segment`: the board itself, where none is given.
    static func view(_ query: Query) throws(Refusal) -> BoardView {
        let (windows, seasons) = (query.values("window"), query.values("season"))
        guard windows.count <= 1, seasons.count <= 1 else {
            throw .invalidWindow("window and season may be given once each.")
        }
        if let segment = try segment(query) {
            guard seasons.isEmpty, windows.isEmpty || windows == [WindowName.all.rawValue] else {
                throw .invalidSegment("Segments are of the window all, and have no seasons: give neither beside them.")
            }
            return .segment(segment)
        }
        guard let text = windows.first else {
            if seasons.isEmpty { return .whole }
            throw .invalidWindow("With season, say of which window it is.")
        }
        guard let window = WindowName(text) else {
            throw .invalidWindow("window must be the name of one of the board.")
        }
        if let season = seasons.first {
            guard Season.isID(season) else {
                throw .invalidSeason("season must be the name of one, as …/seasons has it, such as 2026-W48.")
            }
            guard window != .all else { throw .seasonNotFound("The window all has no seasons.") }
        }
        return window == .all ? .whole : .window(window, season: seasons.first)
    }

    /// `include=metadata`, which is all that can be included.
    static func includesMetadata(_ query: Query) throws(Refusal) -> Bool {
        let values = query.values(include)
        if values.isEmpty { return false }
        guard values == ["metadata"] else { throw .invalidQuery("include may be given once, as metadata.") }
        return true
    }

    /// `segment=country:de`. Nil: none is given.
    private static func segment(_ query: Query) throws(Refusal) -> Segment? {
        let values = query.values("segment")
        guard let text = values.first else { return nil }
        guard values.count == 1, let segment = Segment(text) else {
            throw .invalidSegment(
                "segment must be given once, as a kind, a colon, and \(SegmentValue.rule), such as country:de."
            )
        }
        return segment
    }

    private static func user(_ query: Query) throws(Refusal) -> UserID {
        let values = query.valuesWithPlus("around_user")
        guard values.count == 1, let value = values.first else { throw .invalidQuery("around_user may be given once.") }
        do { return try UserID(value) } catch { throw .invalidUserID("\(error)") }
    }

    private static func users(_ query: Query) throws(Refusal) -> [UserID] {
        var users: [UserID] = []
        for text in try list("users", query.valuesWithPlus("users"), ScoreStore.usersAtOnce, of: "user ids") {
            do { users.append(try UserID(text)) } catch { throw .invalidUserID("\(error)") }
        }
        return users
    }

    static let maximumBoards = 20

    /// `boards=a,b`: 1 to 20 names, each once.
    static func boards(_ query: Query) throws(Refusal) -> [BoardID] {
        let texts = try list("boards", query.values("boards"), maximumBoards, of: "names, each once,")
        guard Set(texts).count == texts.count else { throw .invalidQuery("boards must have each name once.") }
        var names: [BoardID] = []
        for text in texts { names.append(try RequestedBoard.id(String(text))) }
        return names
    }

    /// What is wrong with the list itself is ``Refusal/invalidQuery(_:)``, however it is spelled: that it is missing, empty, given
    /// twice or too long, or has an empty part. What is wrong with a part is for who reads the parts.
    private static func list(
        _ name: String,
        _ values: [String],
        _ maximum: Int,
        of what: String
    ) throws(Refusal) -> [Substring] {
        let parts = values.first?.parts(at: ",") ?? []
        guard values.count == 1, (1...maximum).contains(parts.count), !parts.contains(where: \.isEmpty) else {
            throw .invalidQuery("\(name) must be given once, as 1 to \(maximum) \(what) with commas between them.")
        }
        return parts
    }

    static let scoreRule = "a whole number from \(-ScoreRange.limit) to \(ScoreRange.limit)"

    /// As JSON writes it.
    static func score(_ text: String) -> Int? {
        guard let number = Int(text), String(number) == text, ScoreRange.contains(number) else { return nil }
        return number
    }

    static func bound(_ name: String, _ query: Query) throws(Refusal) -> Int? {
        let values = query.values(name)
        guard let value = values.first else { return nil }
        guard values.count == 1, let score = score(value) else { throw .invalidQuery("\(name) must be \(scoreRule).") }
        return score
    }

    /// A percentile as it was written, and in millionths of all.
    struct Percentile {
        let text: String
        let millionths: Int

        /// 0 to 100, with up to 4 decimals.
        init?(_ text: Substring) {
            let parts = text.parts(at: ".")
            let decimals = parts.count == 2 ? parts[1] : ""
            guard (1...2).contains(parts.count), parts.count == 1 || (1...4).contains(decimals.utf8.count),
                let whole = parts.first, (1...3).contains(whole.utf8.count),
                (whole + decimals).utf8.allSatisfy({ $0.isDigit }),
                !whole.hasPrefix("0") || whole == "0",
                let millionths = Int(whole + decimals + String(repeating: "0", count: 4 - decimals.utf8.count)),
                millionths <= 1_000_000
            else { return nil }
            self.text = String(text)
            self.millionths = millionths
        }
    }

    static let maximumPercentiles = ScoreStore.percentilesAtOnce

    static func percentiles(_ query: Query) throws(Refusal) -> [Percentile] {
        let what = "numbers from 0 to 100, of up to 4 decimals,"
        let texts = try list("p", query.values("p"), maximumPercentiles, of: what)
        let all = texts.compactMap { Percentile($0) }
        guard all.count == texts.count else { throw .invalidQuery("p must be \(what) with commas between them.") }
        return all
    }
}
