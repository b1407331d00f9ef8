import ArgumentParser
import FoundationEssentials
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// `--all-boards`: of commands that are about one user.
struct AllBoardsOption: ParsableArguments {
    @Flag(
        help:
            "On every board where the user is: with a score, suspended, or on hold. (erase, export, unrevert: on every board.)"
    )
    var allBoards = false

    func check(_ board: BoardOption) throws {
        guard !allBoards || board.named == nil else { throw ValidationError("Give either --board or --all-boards.") }
    }
}

/// The boards on which one user is, or all that there are, and what is done on each of them.
struct UserBoards {
    struct Row: Decodable, Sendable {
        let board: String
        let score: Int?
        let rank: Int?
        let withheld_score: Int?
        let suspended: Bool
        /// Nil: not; or an edition that hides nobody.
        let hidden: Bool?
        /// The same.
        let on_hold: Bool?

        /// What stands before its paths.
        fileprivate var path: String { board == "main" ? "" : "/boards/\(board.percentEncoded())" }

        /// `speedrun  120, rank 3`
        var line: String {
            let score =
                if suspended {
                    (hidden == true ? "hidden" : "suspended") + (withheld_score.map { ", \($0) withheld" } ?? "")
                } else { (score.map(String.init) ?? "no score") + (rank.map { ", rank \($0)" } ?? "") }
            return "\(board.printable)  \(score)\(on_hold == true ? ", on hold" : "")"
        }
    }

    /// What was not done, and why; by board.
    private struct Failed {
        let board: String
        let reason: String
    }

    private static let pageSize = 500
    /// Of so many boards of which there is nothing to say, one is told.
    private static let progressStep = 100

    let user: String
    let rows: [Row]
    private var failed: [Failed] = []

    /// Asks board after board, a page at a time, and says on standard error how far it is.
    /// - Parameter isEvery: boards on which the user is not, too.
    init(of user: String, _ service: OperatorService, isEvery: Bool = false) async throws {
        var (rows, failed): ([Row], [Failed]) = ([], [])
        var (after, looked) = (String?.none, 0)
        repeat {
            let all = isEvery ? "&all=true" : ""
            let query = "?limit=\(Self.pageSize)\(all)" + (after.map { "&after=\($0.percentEncoded())" } ?? "")
            let body = try await service.send(.GET, "/users/\(user.percentEncoded())/boards" + query).success()
            let page = try JSONDecoder().decode(Page.self, from: Data(body.readableBytesView))
            rows += page.boards
            failed += page.failed.map { Failed(board: $0, reason: "it cannot be asked") }
            looked += page.looked_at
            if page.next != nil || after != nil {
                writeToStandardError("looked at \(looked) of \(page.total.counted("board"))\n")
            }
            after = page.next
        } while after != nil
        self.user = user
        self.rows = rows
        self.failed = failed
    }

    private struct Page: Decodable {
        let boards: [Row]
        let failed: [String]
        let looked_at: Int
        let total: Int
        let next: String?
    }

    /// Which they are, a line for each.
    func show() {
        print("\(user.printable) is on \(rows.count.counted("board")).")
        for row in rows { print("  \(row.line)") }
        if let doubt { print(doubt) }
    }

    /// What is to be thought of where the user is nowhere.
    var doubt: String? {
        isNowhere ? "Nobody of this name is on a board: is it spelt as the game spells it?" : nil
    }

    /// Each board was asked, and none has the user.
    var isNowhere: Bool { rows.isEmpty && failed.isEmpty }

    /// What came of a look at every board.
    func lookedAt(keptOn count: Int) -> String {
        let doubt = count == 0 && failed.isEmpty ? " Is the name spelt as the game spells it?" : ""
        return "Looked at \(rows.count.counted("board")), the audit and the seasons of each: "
            + "something of \(user.printable) is kept on \(count).\(doubt)"
    }

    /// As ``visit(_:_:)``.
    /// - Throws: at the end, which boards failed.
    func forEach(_ rows: [Row]? = nil, _ act: (Row, _ path: String) async throws -> String?) async throws {
        var boards = self
        await boards.visit(rows, act)
        try boards.check()
    }

    /// On one board after the other; what fails on one does not keep it from the others.
    /// - Parameter act: is given what stands before the paths of the board; what it returns is printed, if anything.
    mutating func visit(_ rows: [Row]? = nil, _ act: (Row, _ path: String) async throws -> String?) async {
        let rows = rows ?? self.rows
        for (index, row) in rows.enumerated() {
            let answer: Result<String?, any Error>
            do { answer = .success(try await act(row, row.path)) } catch { answer = .failure(error) }
            report(row, index: index, of: rows.count) { try answer.get() }
        }
    }

    /// So many boards are asked at once.
    private static let atOnce = 16

    /// The same with some boards at once; what came of them is told in their order.
    /// - Parameters:
    ///   - ask: is given what stands before the paths of the board.
    ///   - tell: what it returns is printed, if anything.
    mutating func visit<Value: Sendable>(
        _ rows: [Row]? = nil,
        atOnce ask: @escaping @Sendable (Row, _ path: String) async throws -> Value,
        _ tell: (Row, Value) throws -> String?
    ) async {
        let rows = rows ?? self.rows
        for start in stride(from: 0, to: rows.count, by: Self.atOnce) {
            let some = Array(rows[start..<min(start + Self.atOnce, rows.count)])
            let answers = await some.mapAllAtOnce { row -> Result<Value, any Error> in
                do { return .success(try await ask(row, row.path)) } catch { return .failure(error) }
            }
            for (index, (row, answer)) in zip(some, answers).enumerated() {
                report(row, index: start + index, of: rows.count) { try tell(row, try answer.get()) }
            }
        }
    }

    private mutating func report(_ row: Row, index: Int, of count: Int, _ words: () throws -> String?) {
        let place = "\(index + 1) of \(count)  \(row.board.printable)"
        do {
            if let words = try words() {
                print("\(place): \(words)")
            } else if (index + 1).isMultiple(of: Self.progressStep) {
                writeToStandardError("\(index + 1) of \(count.counted("board"))\n")
            }
        } catch {
            failed.append(Failed(board: row.board, reason: inWords(error)))
            writeToStandardError("\(place): failed: \(inWords(error))\n")
        }
    }

    /// - Throws: which boards failed so far.
    func check() throws {
        guard !failed.isEmpty else { return }
        let list = failed.prefix(20).map { "\($0.board.printable) (\($0.reason))" }.joined(separator: ", ")
        throw CommandFailure(
            "not done on \(failed.count.counted("board")): \(list)\(failed.count > 20 ? ", …" : ""). "
                + "Ask for the same again: what is done already is not done twice"
        )
    }
}
