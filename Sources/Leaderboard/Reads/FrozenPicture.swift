import Board
import Seasons
import Text

/// The words of the line that begins a part of what is kept of a frozen board, as `Functions/freeze.lua` writes them:
/// `epoch seq users [covered]` of the board, `@window season from until seq users` of a window.
enum FrozenHead {
    static func isOfWindow(_ words: [Substring]) -> Bool {
        words.count == 6 && words[0].hasPrefix("@")
    }

    /// Where the number of users stands.
    static func usersIndex(isOfWindow: Bool) -> Int { isOfWindow ? 5 : 2 }

    static let coveredIndex = 3
}

/// What is kept of a board while it is frozen.
struct FrozenPicture {
    fileprivate struct Part {
        let window: WindowName?
        let seq: Int
        let season: Season?
        let total: Int
        /// Nil: nobody uncovers places.
        let covered: Int?
        var standings: [Standing] = []
        var ranks: [Int] = []
    }

    private let epoch: String
    private let order: BoardOrder
    private let parts: [Part]

    /// Nil: it is none.
    init?(_ text: String, _ order: BoardOrder) {
        let lines = text.parts(at: "\n").map { $0.parts(at: " ") }
        guard let head = lines.first, (3...4).contains(head.count), let seq = Self.count(head[1]),
            let total = Self.count(head[2]), case let covered = head.count == 3 ? nil : Self.count(head[3]),
            head.count == 3 || covered != nil
        else { return nil }
        var parts = [Part(window: nil, seq: seq, season: nil, total: total, covered: covered)]
        for words in lines.dropFirst() {
            if let part = Part(line: words) {
                parts.append(part)
                continue
            }
            guard words.count == 3, let user = try? UserID(String(words[0])),
                let score = Int(words[1]).flatMap(ScoreRange.checked), let rank = Self.count(words[2]), rank > 0
            else { return nil }
            parts[parts.count - 1].standings.append(Standing(user: user.rawValue, score: score))
            parts[parts.count - 1].ranks.append(rank)
        }
        epoch = String(head[0])
        self.order = order
        self.parts = parts
    }

    /// Nil: there is none of the window, which was not there then.
    /// - Parameter hidden: users who are shown no more, as of when none of them was there.
    func page(of window: WindowName?, without hidden: Set<String> = []) -> FrozenPage? {
        guard let part = parts.first(where: { $0.window == window })?.without(hidden, order) else { return nil }
        // More than there are rows: nobody is shown.
        let covered = min(part.covered ?? 0, part.standings.count)
        let shown = Snapshot(
            cursor: Cursor(epoch: epoch, seq: part.seq),
            total: part.total,
            standings: Array(part.standings.dropFirst(covered)),
            order: order
        )
        let page = RankedPage(shown, ranks: Array(part.ranks.dropFirst(covered)))
        return FrozenPage(
            page,
            covered: 1..<(covered + 1),
            isUncovered: part.covered != nil,
            season: part.season
        )
    }

    /// All that are in the part of a window, or of the board, covered or not.
    func users(of window: WindowName?) -> [String] {
        parts.first { $0.window == window }?.standings.map(\.user) ?? []
    }

    fileprivate static func count(_ text: Substring) -> Int? {
        Int(text).flatMap(ScoreRange.checked).flatMap { $0 < 0 ? nil : $0 }
    }
}

extension FrozenPicture.Part {
    /// The rows without these users, ranked as if nobody of them had been there.
    fileprivate func without(_ hidden: Set<String>, _ order: BoardOrder) -> Self {
        let gone = standings.indices.filter { hidden.contains(standings[$0].user) }
        guard !gone.isEmpty else { return self }
        let rest = standings.filter { !hidden.contains($0.user) }
        return Self(
            window: window,
            seq: seq,
            season: season,
            total: max(0, total - gone.count),
            covered: covered.map { covered in covered - gone.count { $0 < covered } },
            standings: rest,
            ranks: rest.indices.map { order.rank(at: $0, of: rest) }
        )
    }

    /// Nil: it is another line than the first one of a window.
    fileprivate init?(line words: [Substring]) {
        guard FrozenHead.isOfWindow(words), let window = WindowName(words[0].dropFirst()),
            Season.isID(words[1]), let from = Int(words[2]), let until = Int(words[3]), from >= 0, from < until,
            let seq = FrozenPicture.count(words[4]), let total = FrozenPicture.count(words[5])
        else { return nil }
        self.init(
            window: window,
            seq: seq,
            season: Season(id: String(words[1]), from: from, until: until),
            total: total,
            covered: nil
        )
    }
}
