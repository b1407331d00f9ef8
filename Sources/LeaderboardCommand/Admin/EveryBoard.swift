import ArgumentParser
import Leaderboard
import LeaderboardService
import NIOCore
import Text

/// `--all-boards`: of commands that are about whole boards.
struct EveryBoardOption: ParsableArguments {
    @Flag(help: "Every board, one after the other.")
    var allBoards = false

    func check(_ board: BoardOption) throws {
        var option = AllBoardsOption()
        option.allBoards = allBoards
        try option.check(board)
    }
}

/// What is done on every board of a Redis, one after the other: what fails on one does not keep it from the others. A line for each.
struct EveryBoard: Sendable {
    /// What was not done, and why.
    struct Failure: Sendable {
        let board: BoardID
        let reason: String
    }

    /// So many boards in a row that Redis does not answer for: the others are not tried.
    private static let patience = 5
    /// Those that the last line names.
    private static let shown = 20

    let boards: [BoardID]
    private(set) var failures: [Failure] = []

    /// - Throws: ``BoardAccess/NoBoard`` where there is none at all.
    init(in catalogue: Catalogue, at place: String, on eventLoop: any EventLoop) async throws {
        var all = try await catalogue.boards(on: eventLoop)
        // It is always there; whether there is anything of it is another question.
        let main = try await BoardAccess.store(of: .main, catalogue, at: place, on: eventLoop)
        var hasMain = main.board.source == .board
        if !hasMain { hasMain = try await main.hasBoard(on: eventLoop) }
        if !hasMain { all.removeAll { $0 == .main } }
        guard !all.isEmpty else {
            throw BoardAccess.NoBoard(description: "there is no board in Redis at \(place)")
        }
        boards = all
    }

    init(_ boards: [BoardID]) {
        self.boards = boards
    }

    /// - Parameter body: what it returns is said of the board.
    mutating func forEach(_ body: (BoardID) async throws -> String) async {
        var inVain = 0
        for (index, id) in boards.enumerated() {
            let place = "\(index + 1) of \(boards.count)  \(id)"
            do {
                let words = try await body(id)
                print("\(place): \(words.printable)")
                inVain = 0
            } catch {
                failures.append(Failure(board: id, reason: inWords(error)))
                writeToStandardError("\(place): failed: \(inWords(error).printable)\n")
                if case ScoreStoreError.unavailable = error { inVain += 1 } else { inVain = 0 }
                guard inVain < Self.patience else {
                    let rest = boards.dropFirst(index + 1)
                    failures += rest.map { Failure(board: $0, reason: "not tried") }
                    return
                }
            }
        }
    }

    /// For the last line.
    var failed: String {
        let list = failures.prefix(Self.shown).map { "\($0.board) (\($0.reason))".printable }.joined(separator: ", ")
        return list + (failures.count > Self.shown ? ", …" : "")
    }
}
