import ArgumentParser
import Board
import Leaderboard
import Text

/// What reads another service's rows.
protocol ForeignRows {
    /// What the number of a row counts: `line`.
    static var unit: String { get }

    /// All rows, those of one board behind each other where that is how they come.
    /// - Parameter fault: is told of each that cannot be taken, with its place.
    func read(_ take: (ForeignRow) async throws -> Void, fault: (ForeignFault) -> Void) async throws
}

/// Takes over boards and their rows: reads all of it, shows what it would do, does it, and compares.
struct ForeignImport<Rows: ForeignRows> {
    private let options: ForeignOptions
    private let rows: Rows
    private var boards: [ForeignBoard]
    private var faults: ForeignFaults
    /// Of the boards' scores: a row beyond them would be refused, or become another one.
    private var bounds: [ClosedRange<Int>] = []

    /// - Parameter faults: of the leaderboards that are not among the boards.
    init(_ boards: [ForeignBoard], _ rows: Rows, faults: ForeignFaults, _ options: ForeignOptions) {
        self.options = options
        self.rows = rows
        self.boards = boards
        self.faults = faults
    }

    mutating func run() async throws {
        let definitions = DefinitionService(options.service)
        var held: [NamedDefinition?] = []
        for board in boards { held.append(try await definitions.held(.board(board.board))) }
        bounds = zip(boards, held).map { $1?.definition.scores ?? $0.definition.scores }
        try await survey()
        try show(held)
        guard !boards.isEmpty else {
            throw CommandFailure("there is no leaderboard that could be taken: nothing was sent")
        }
        guard faults.count == 0 || options.leaveOut else {
            throw CommandFailure(
                "\(faults.count.counted("fault")): nothing was sent. Mend them, or go on without what cannot be taken by --leave-out"
            )
        }
        let count = boards.reduce(0) { $0 + $1.totals.count }
        let question = "Take \(boards.count.counted("board")) with \(count.counted("score"))?"
        guard try options.consent.isGiven(question) else { return print("Nothing was changed.") }
        for (board, old) in zip(boards, held) where old == nil {
            _ = try await definitions.put(board.definition, as: .board(board.board), replacing: nil)
        }
        let tally = try await send()
        print(tally.words(isTrial: false))
        let isSame = try await compare()
        if tally.refused > 0 || !isSame { throw ExitCode(1) }
    }

    private mutating func survey() async throws {
        var (boards, faults) = (boards, faults)
        let orders = boards.map { BoardOrder($0.definition) }
        try await rows.read { row in
            if let fault = fault(of: row) { return faults.tell(fault) }
            let standing = Standing(user: row.row.user.rawValue, score: row.row.score)
            boards[row.board].totals.add(standing, by: orders[row.board])
        } fault: {
            faults.tell($0)
        }
        (self.boards, self.faults) = (boards, faults)
        faults.tellRest()
    }

    private func fault(of row: ForeignRow) -> ForeignFault? {
        let (board, bounds, row) = (boards[row.board], bounds[row.board], row.row)
        guard !bounds.contains(row.score) else { return nil }
        return ForeignFault(
            "\(board.name), \(Rows.unit) \(row.line): \(row.user) has \(row.score): a score of \(board.board) is a whole number "
                + "from \(bounds.lowerBound) to \(bounds.upperBound)"
        )
    }

    /// - Parameter held: of each board, what is there.
    private func show(_ held: [NamedDefinition?]) throws {
        for (board, old) in zip(boards, held) {
            let changes = old.map { board.definition.changes(from: $0.definition) } ?? []
            print("\(board.name) → \(board.board): \(board.totals.words)".printable)
            if old == nil {
                print(
                    "  is made: \(board.definition.changes(from: BoardDefinition()).joined(separator: ", "))".printable
                )
            } else if changes.isEmpty {
                print("  is there, as it would be made")
            } else {
                print(
                    "  is there, and stays as it is; it would be made with \(changes.joined(separator: ", "))".printable
                )
            }
            for note in board.notes { print("  \(note)".printable) }
            guard old?.definition.order ?? board.definition.order == board.definition.order else {
                throw CommandFailure(
                    "\(board.board) is there, and its order is the other one: say --board \"\(board.name)=…\"".printable
                )
            }
        }
    }

    private func send() async throws -> ImportTally {
        let (boards, options, rows) = (boards, options, rows)
        let works = boards.map { board in
            ImportWork(
                board: board.board,
                id: options.id,
                reason: options.consent.given?.text,
                isTrial: false,
                keepsOrder: false,
                unit: "\(board.name), \(Rows.unit)"
            )
        }
        return try await options.service.session { session in
            var tally = ImportTally()
            var running: (board: Int, run: ImportRun)?
            try await rows.read { row in
                guard fault(of: row) == nil else { return }
                if let other = running, other.board != row.board {
                    tally += try await Self.ended(other.run)
                    running = nil
                }
                let count = boards[row.board].totals.count
                var run = running?.run ?? ImportRun(works[row.board], session, count: count)
                running = nil
                try await run.take(row.row)
                running = (row.board, run)
            } fault: { _ in
            }
            if let running { tally += try await Self.ended(running.run) }
            return tally
        }
    }

    private static func ended(_ run: ImportRun) async throws -> ImportTally {
        var run = run
        return try await run.end()
    }

    /// - Returns: whether both sides are the same.
    private func compare() async throws -> Bool {
        let boards = boards
        let differences = try await options.service.session { session in
            var differences: [(ForeignBoard, String)] = []
            for board in boards {
                let here = try await BoardTotals(of: board.board, by: BoardOrder(board.definition), session)
                if let words = board.totals.difference(from: here) { differences.append((board, words)) }
            }
            return differences
        }
        for (board, words) in differences { print("\(board.name) → \(board.board) differs: \(words)".printable) }
        guard differences.isEmpty else {
            print(
                "Rows that were refused, users who were here before, and what has come meanwhile, on either side, are such differences."
            )
            return false
        }
        print("Compared: users, sums and first places of \(boards.count.counted("board")) are the same on both sides.")
        return true
    }
}

/// What could not be taken: each is told, up to a bound, and counted.
struct ForeignFaults {
    private static let shown = 20

    private(set) var count = 0

    mutating func tell(_ fault: ForeignFault) {
        count += 1
        if count <= Self.shown { writeToStandardError("\(fault)\n") }
    }

    func tellRest() {
        if count > Self.shown { writeToStandardError("and \(count - Self.shown) more\n") }
    }
}
