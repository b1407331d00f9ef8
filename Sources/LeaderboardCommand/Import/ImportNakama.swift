import ArgumentParser
import Board
import FoundationEssentials
import Leaderboard
import NIOCore
import Text

/// `leaderboard import nakama LEADERBOARDS RECORDS --reason TEXT [--dry-run | --yes]`
struct ImportNakama: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nakama",
        abstract: "Take over the leaderboards of a Nakama (heroiclabs/nakama), from its database.",
        discussion: """
            Takes two CSV files that psql writes, by the commands of the guide /docs/from-nakama. Each leaderboard becomes a board with its order, \
            operator and title; equals stand by their ids, as there. A reset schedule becomes a window in UTC, where a window does the same; of one that is \
            reset the scores that run are taken, and those before are counted and left out. Names and metadata go to users of whom nothing is said here yet. \
            Subscores and attempts are not taken, and told.
            """
    )

    @Argument(help: "The table leaderboard; - for standard input.")
    var leaderboards: String

    @Argument(help: "The table leaderboard_record; - for standard input.")
    var records: String

    @OptionGroup var options: ForeignOptions

    func validate() throws {
        guard leaderboards != "-" || records != "-" else {
            throw ValidationError("Only one file can be standard input.")
        }
    }

    func run() async throws {
        let names = try options.names()
        var faults = ForeignFaults()
        let there = try await Self.leaderboards(try BackupInput(leaderboards, named: "file"), &faults)
        let missing = names.only.subtracting(there.map(\.id)).sorted()
        for name in missing { faults.tell(ForeignFault("\(name): there is no such leaderboard")) }
        var (boards, taken): ([ForeignBoard], [NakamaLeaderboard]) = ([], [])
        var ids: Set<BoardID> = []
        for leaderboard in there where names.takes(leaderboard.id) {
            do throws(ForeignFault) {
                let board = try names.board(for: leaderboard.id)
                guard ids.insert(board).inserted else {
                    throw ForeignFault(
                        "\(leaderboard.id): another becomes \(board); say --board \"\(leaderboard.id)=…\""
                    )
                }
                let (definition, notes) = (leaderboard.definition, leaderboard.notes)
                boards.append(ForeignBoard(name: leaderboard.id, board: board, definition: definition, notes: notes))
                taken.append(leaderboard)
            } catch { faults.tell(error) }
        }
        for fault in names.faults(taken: Set(there.map(\.id).filter(names.takes))) { faults.tell(fault) }
        let now = Int(clamping: Date.now.timeIntervalSince1970)
        let others = Set(there.map(\.id)).subtracting(taken.map(\.id))
        let rows = NakamaRows(
            input: try BackupInput(records, named: "file"),
            leaderboards: taken,
            others: others,
            now: now
        )
        let left = try await rows.leftOut()
        for (place, words) in left { boards[place].notes += words }
        var work = ForeignImport(boards, rows, faults: faults, options)
        try await work.run()
    }

    private static func leaderboards(
        _ input: BackupInput,
        _ faults: inout ForeignFaults
    ) async throws -> [NakamaLeaderboard] {
        var (found, told): ([NakamaLeaderboard], [ForeignFault]) = ([], [])
        try await ForeignTable.read(input, NakamaLeaderboard.columns) { row in
            do throws(ForeignFault) { found.append(try NakamaLeaderboard(row)) } catch { told.append(error) }
        } fault: {
            told.append($0)
        }
        for fault in told { faults.tell(ForeignFault("leaderboards: \(fault.text)")) }
        return found
    }
}

/// The records of the leaderboards that are taken.
struct NakamaRows: ForeignRows {
    static let unit = "line"

    private let input: BackupInput
    private let leaderboards: [NakamaLeaderboard]
    private let places: [String: Int]
    /// Whose records are passed over.
    private let others: Set<String>
    /// In seconds since 1970.
    private let now: Int

    init(input: BackupInput, leaderboards: [NakamaLeaderboard], others: Set<String>, now: Int) {
        self.input = input
        self.leaderboards = leaderboards
        places = Dictionary(leaderboards.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.others = others
        self.now = now
    }

    func read(_ take: (ForeignRow) async throws -> Void, fault: (ForeignFault) -> Void) async throws {
        var lines: [[UserID: Int]] = Array(repeating: [:], count: leaderboards.count)
        try await each { record, place in
            guard runs(record, place) else { return }
            let (user, line) = (record.row.user, record.row.line)
            // Of two expiries that are both to come, as behind a change of its schedule.
            if let first = lines[place][user] {
                let id = leaderboards[place].id
                return fault(ForeignFault("line \(line): \(user) has a record of \(id) in line \(first) already"))
            }
            lines[place][user] = line
            try await take(ForeignRow(board: place, row: record.row))
        } fault: {
            fault($0)
        }
    }

    /// What is not taken of each leaderboard, in words.
    func leftOut() async throws -> [Int: [String]] {
        var counts: [Int: (past: Int, subscores: Int, nameless: Int)] = [:]
        try await each { record, place in
            var count = counts[place] ?? (0, 0, 0)
            if runs(record, place) {
                count.subscores += record.hasSubscore ? 1 : 0
                count.nameless += record.isNameless ? 1 : 0
            } else {
                count.past += 1
            }
            counts[place] = count
        } fault: { _ in
        }
        return counts.mapValues { count in
            var words: [String] = []
            if count.past > 0 { words.append("\(count.past.counted("record")) of before its last reset: left out") }
            if count.subscores > 0 {
                words.append(
                    "\(count.subscores.counted("record")) with a subscore, which told equals apart there: left out, here their ids do"
                )
            }
            if count.nameless > 0 {
                words.append(
                    "\(count.nameless.counted("record")) with a name or metadata that cannot be kept here (512 bytes, /docs/faq): that part is left out"
                )
            }
            return words
        }
    }

    private func runs(_ record: NakamaRecord, _ place: Int) -> Bool {
        let leaderboard = leaderboards[place]
        return leaderboard.isReset ? record.expiry > now : record.expiry == leaderboard.end
    }

    private func each(
        _ body: (NakamaRecord, _ place: Int) async throws -> Void,
        fault: (ForeignFault) -> Void
    ) async throws {
        try await ForeignTable.read(input, NakamaRecord.columns) { row in
            let id = row["leaderboard_id"]
            guard let place = places[id] else {
                if !others.contains(id) { fault(ForeignFault("line \(row.line): there is no leaderboard \(id)")) }
                return
            }
            let record: NakamaRecord
            do throws(ForeignFault) { record = try NakamaRecord(row) } catch { return fault(error) }
            try await body(record, place)
        } fault: {
            fault($0)
        }
    }
}

extension ForeignTable {
    /// Each row of a file.
    static func read(
        _ input: BackupInput,
        _ columns: [String],
        _ each: (Row) async throws -> Void,
        fault: (ForeignFault) -> Void
    ) async throws {
        var table = ForeignTable(columns: columns)
        try await input.lines { bytes in
            let row: Row?
            do throws(ForeignFault) { row = try table.row(of: bytes) } catch {
                guard table.isBegun else { throw CommandFailure("\(error)") }
                return fault(error)
            }
            if let row { try await each(row) }
        }
        do { try table.end() } catch { throw CommandFailure("\(error)") }
    }
}
