import ArgumentParser
import Crypto
import FoundationEssentials
import Board
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// `leaderboard board import BOARD FILE --reason TEXT [--format csv|ndjson] [--id TEXT] [--dry-run | --yes]`
struct BoardImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Set users' scores to those of a CSV or NDJSON file.",
        discussion: """
            Each row is an operator's adjustment (admin adjust --set): it stands in the audit with your name and the reason, reaches windows \
            and segments as each update does, and goes by the bounds of the board's scores, but not by its operators and limits. Users who \
            are not in the file keep what they have; of one who is there twice, the last row counts. On a board with the ties first or last, users come to a score in the \
            order of the file.

            A CSV has a first line that names user_id and score, in any order and among others, or these two columns and no such line; NDJSON \
            has an object with both on each line. So what board export writes can be read. First the whole file is checked: where a line is wrong, or there is no row, \
            nothing is sent, and the lines are told. What the service refuses of single users is told by line, and the exit code is 1.

            What was interrupted is ended by asking for the same again: each row is sent with a key of its own, and what counted already does not \
            count again, for a day. To set the same rows once more within that time, give another --id.
            """
    )

    @OptionGroup var service: OperatorService

    @Argument(help: "The board.", transform: BoardOption.board)
    var board: BoardID

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Option(help: "csv or ndjson. (default: by the file's name)")
    var format: TableFormat?

    @Option(help: ArgumentHelp("Tells this import from others of the same rows.", valueName: "text"))
    var id = ""

    @OptionGroup var consent: ReasonedConsent

    func validate() throws {
        guard format != nil || TableFormat(file: file) != nil else {
            throw ValidationError("Give --format csv or --format ndjson: the file's name does not tell.")
        }
    }

    func run() async throws {
        guard let form = format ?? TableFormat(file: file) else { return }
        let input = try BackupInput(file, named: "file")
        let count = try await Self.check(input, form)
        print("\(count.counted("row")) for \(board).")
        guard try consent.dryRun || consent.isGiven("Set these scores?") else { return }
        let held = try await DefinitionService(service).held(.board(board))
        let settings = ImportWork(
            board: board,
            id: id,
            reason: consent.given?.text,
            isTrial: consent.dryRun,
            keepsOrder: held?.definition.ties.isByArrival ?? true
        )
        let tally = try await service.session { session in
            var work = ImportRun(settings, session, count: count)
            var rows = ImportedRows(form)
            try await input.lines { bytes in if let row = try rows.row(of: bytes) { try await work.take(row) } }
            return try await work.end()
        }
        print(tally.words(isTrial: consent.dryRun))
        if tally.refused > 0 { throw ExitCode(1) }
    }

    /// - Returns: how many rows there are.
    private static func check(_ input: BackupInput, _ form: TableFormat) async throws -> Int {
        var (rows, count, faults) = (ImportedRows(form), 0, 0)
        try await input.lines { bytes in
            do throws(ImportedRows.Fault) { if try rows.row(of: bytes) != nil { count += 1 } } catch {
                faults += 1
                if faults <= 20 { writeToStandardError("\(error)".printable + "\n") }
            }
        }
        guard faults > 0 || count > 0 else { throw CommandFailure("there is no row in it: nothing was sent") }
        guard faults == 0 else { throw CommandFailure("\(faults.counted("line")) wrong: nothing was sent") }
        return count
    }
}

/// What all rows of an import share.
struct ImportWork: Sendable {
    let board: BoardID
    let id: String
    let reason: String?
    /// Nothing is changed.
    let isTrial: Bool
    /// Who comes to a score first is ahead, or behind: rows of one score are sent in their order.
    let keepsOrder: Bool
    /// What the rows' numbers count.
    var unit = "line"

    func profilePath(of user: UserID) -> String {
        "/api/v1/boards/\(board)/users/\(user.rawValue.percentEncoded())/profile"
    }

    private var path: String { "/api/v1/admin" + (board == .main ? "" : "/boards/\(board)") }

    func path(of user: UserID) -> String {
        "\(path)/users/\(user.rawValue.percentEncoded())/adjust\(isTrial ? "/preview" : "")"
    }

    /// The same for the same row, however often it is sent.
    func key(of row: ImportedRow) -> String {
        let digest = SHA256.hash(data: Data("import \(board) \(row.user) \(row.score) \(id)".utf8))
        return Array(digest).hexadecimal
    }
}

/// What became of the rows.
struct ImportTally: Sendable, Equatable {
    var rows = 0
    var changed = 0
    /// An import of the same name has sent them before.
    var repeated = 0
    var refused = 0

    static func += (tally: inout ImportTally, more: ImportTally) {
        tally.rows += more.rows
        tally.changed += more.changed
        tally.repeated += more.repeated
        tally.refused += more.refused
    }

    func words(isTrial: Bool) -> String {
        let same = rows - changed - repeated - refused
        let done = isTrial ? "would be set" : "set"
        return "\(changed.counted("score")) \(done), \(same) as they were"
            + (repeated > 0 ? ", \(repeated) set before by this import (another --id sets them again)" : "")
            + (refused > 0 ? ", \(refused) refused." : ".") + (isTrial ? " Nothing was changed." : "")
    }
}

/// Sends the rows, some at a time and those of one user in their order.
struct ImportRun {
    private static let atOnce = 64
    private static let progressStep = 10_000
    /// Some 50 s, for a service that is started anew.
    private static let maximumTries = 8

    private let work: ImportWork
    private let session: OperatorSession
    private let count: Int
    private var waiting: [ImportedRow] = []
    private var users: Set<UserID> = []
    private var scores: Set<Int> = []
    private var tally = ImportTally()

    init(_ work: ImportWork, _ session: OperatorSession, count: Int) {
        self.work = work
        self.session = session
        self.count = count
    }

    mutating func take(_ row: ImportedRow) async throws {
        let isLater = users.contains(row.user) || work.keepsOrder && scores.contains(row.score)
        if waiting.count == Self.atOnce || isLater { try await flush() }
        waiting.append(row)
        users.insert(row.user)
        scores.insert(row.score)
    }

    mutating func end() async throws -> ImportTally {
        try await flush()
        return tally
    }

    private mutating func flush() async throws {
        let (work, session, rows) = (work, session, waiting)
        let outcomes = await rows.mapAllAtOnce { row -> Result<Outcome, any Error> in
            do { return .success(try await Self.send(row, work, session)) } catch { return .failure(error) }
        }
        (waiting, users, scores) = ([], [], [])
        for (row, outcome) in zip(rows, outcomes) {
            do {
                switch try outcome.get() {
                case .changed: tally.changed += 1
                case .repeated: tally.repeated += 1
                case .same: break
                }
            } catch let refusal as RowRefusal {
                tally.refused += 1
                writeToStandardError("\(work.unit) \(row.line): \(row.user): \(refusal.words)".printable + "\n")
            }
            tally.rows += 1
            if tally.rows.isMultiple(of: Self.progressStep) {
                writeToStandardError("\(tally.rows) of \(count)\n")
            }
        }
    }

    private enum Outcome: Sendable {
        case changed, same, repeated
    }

    /// - Throws: ``RowRefusal``, or what ends the import.
    private static func send(_ row: ImportedRow, _ work: ImportWork, _ session: OperatorSession) async throws -> Outcome
    {
        let json = ByteBuffer(bytes: try JSONEncoder().encode(Wish(score: row.score, reason: work.reason)))
        let headers = work.isTrial ? [] : [("Idempotency-Key", work.key(of: row))]
        let asked = Question(row: row, work: work, session: session)
        let result = try outcome(try await asked.answer(.POST, work.path(of: row.user), headers: headers, json: json))
        if let metadata = row.metadata, !metadata.isEmpty, !work.isTrial {
            let path = work.profilePath(of: row.user)
            let held = try await asked.answer(.GET, path)
            if String(buffer: held) == UserMetadata.none.json {
                _ = try await asked.answer(.PUT, path, json: ByteBuffer(string: metadata.json))
            }
        }
        return result
    }

    /// What is asked for one row: again where it did not get through.
    private struct Question {
        let row: ImportedRow
        let work: ImportWork
        let session: OperatorSession

        func answer(
            _ method: HTTPMethod,
            _ path: String,
            headers: [(String, String)] = [],
            json: ByteBuffer? = nil
        ) async throws -> ByteBuffer {
            var last = ""
            for attempt in 0..<maximumTries {
                if attempt > 0 { try await Task.sleep(for: .milliseconds(200 << attempt)) }
                let answer: OperatorService.Answer
                do {
                    answer = try await session.send(
                        method,
                        path,
                        headers: headers,
                        json: json,
                        timeout: .seconds(30)
                    )
                } catch {
                    last = reason(of: error)
                    continue
                }
                switch answer.status.code {
                case 200..<300: return answer.body
                case 429, 503, 504: last = answer.refusal?.code ?? "\(answer.status)"
                case 401, 404: _ = try answer.success()
                case 403 where !["user_suspended", "profile_held"].contains(answer.code): _ = try answer.success()
                default:
                    throw RowRefusal(words: answer.refusal.map { "\($0.code): \($0.message)" } ?? "\(answer.status)")
                }
            }
            throw CommandFailure(
                "stopped at \(work.unit) \(row.line): \(last). Ask for the same again: what counted does not count twice"
                    .printable
            )
        }
    }

    private static func outcome(_ body: ByteBuffer) throws -> Outcome {
        let answer = try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView))
        if answer.replayed == true { return .repeated }
        return answer.changed ?? (answer.score_before != answer.score) ? .changed : .same
    }

    private struct Wish: Encodable {
        let score: Int
        let reason: String?
    }

    private struct Answer: Decodable {
        let score: Int
        /// Of an adjustment.
        let changed: Bool?
        let replayed: Bool?
        /// Of a preview.
        let score_before: Int?
    }

    private struct RowRefusal: Error {
        let words: String
    }
}
