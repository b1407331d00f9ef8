import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Synchronization

/// `GET /api/v1/boards/{board}/scoreboard?as_of=`: the rows as they were at a moment. For operators: it reads all rows of the board and all
/// of its audit since then, so an instance answers one at a time, and none that costs more than ``bounds``.
struct PastScoreboard: Sendable {
    static let parameter = "as_of"
    private static let bounds = PastBounds(entries: 200_000, users: 200_000, time: .seconds(20))
    private static let maximumOffset = 10_000

    let operators: Operators
    let boards: RequestedBoard
    private let turn = Turn()

    init(operators: Operators, boards: RequestedBoard) {
        self.operators = operators
        self.boards = boards
    }

    static func isAsked(of query: Query) -> Bool {
        query.pairs.contains { $0.name == parameter }
    }

    func answer(_ request: Request) async -> Response {
        do throws(Refusal) {
            let (body, next) = try await past(request)
            var response = Response(.ok, json: body)
            response.headers.add(name: "ETag", value: EntityTag(body).value)
            response.headers.add(name: "Cache-Control", value: "private, no-cache")
            return PublicRead.open(response, next: next)
        } catch { return PublicRead.open(error.response) }
    }

    private func past(_ request: Request) async throws(Refusal) -> (ByteBuffer, NextPage?) {
        let parameters = [Self.parameter, "limit", "offset", "window", "season"]
        _ = try await operators.actor(of: request, parameters: parameters)
        let (moment, view) = (try Self.moment(request.query), try BoardQuery.view(request.query))
        guard view == .whole else {
            throw .invalidWindow("as_of shows the window all: a season that has ended is shown by its name.")
        }
        let limit = try request.query.number("limit", in: 1...100) ?? 10
        let offset = try request.query.number("offset", in: 0...Self.maximumOffset) ?? 0
        let store = try await boards.toOperate(request)
        guard turn.take() else { throw .pastBusy }
        defer { turn.giveBack() }
        do throws(PastError) {
            let past = try await store.standings(
                at: moment,
                offset: offset,
                limit: limit,
                within: Self.bounds,
                on: request.eventLoop
            )
            let end = offset + limit
            let hasMore = end < past.total && end <= Self.maximumOffset
            return (Self.body(past), hasMore ? NextPage(after: request, offset: end) : nil)
        } catch { throw Refusal(error) }
    }

    private static func moment(_ query: Query) throws(Refusal) -> Int {
        let values = query.values(parameter)
        guard values.count == 1, let text = values.first else { throw .invalidQuery("as_of must be given once.") }
        guard let moment = Moment.milliseconds(text) else { throw .invalidQuery("as_of \(Moment.rule).") }
        return moment
    }

    private static func body(_ past: PastStandings) -> ByteBuffer {
        var body = ByteBuffer(
            string: #"{"as_of":\#(past.moment),"seq":\#(past.seq.map(String.init) ?? "null"),"total":\#(past.total),"#
                + #""exact":\#(past.isExact),"unknown_users":\#(past.unknownUsers),"#
                + #""unknown_places":\#(past.unknownPlaces),"scoreboard":"#
        )
        body.writeImmutableBuffer(BoardJSON.rows(past.rows.map { ($0.standing, $0.rank) }))
        body.writeStaticString("}")
        return body
    }

    /// One at a time. Any loop.
    private final class Turn: Sendable {
        private let isTaken = Mutex(false)

        /// False: somebody else has it.
        func take() -> Bool {
            isTaken.withLock { isTaken in
                defer { isTaken = true }
                return !isTaken
            }
        }

        func giveBack() { isTaken.withLock { $0 = false } }
    }
}

extension Refusal {
    static let pastBusy = Refusal(
        status: .serviceUnavailable,
        code: "past_busy",
        message: "This instance is finding the standings of another moment: try again.",
        retryAfter: 5
    )
    static let pastTooLarge = Refusal(
        status: .conflict,
        code: "past_too_large",
        message: "Too much has happened since then, or too many users are on the board, to find this out here: "
            + "use leaderboard admin board --as-of."
    )
    static func pastUnreachable(_ error: PastError) -> Refusal {
        Refusal(status: .conflict, code: "past_unreachable", message: "\(error)")
    }

    init(_ error: PastError) {
        switch error {
        case .future: self = .invalidQuery("\(error)")
        case .unreachable: self = .pastUnreachable(error)
        case .tooMuch: self = .pastTooLarge
        case .store(let error): self.init(reading: error)
        }
    }
}

extension PastError: CustomStringConvertible {
    /// One sentence for a person.
    package var description: String {
        switch self {
        case .future: "as_of must not be later than now."
        case .unreachable(let reason, .some(let earliest)):
            "\(reason.words): the earliest moment that can be shown is \(earliest) (\(Moment.text(earliest)))."
        case .unreachable(let reason, nil): "\(reason.words): no moment can be shown."
        case .tooMuch: "Too much has happened since then."
        case .store(let error): "\(error)"
        }
    }
}

extension PastError.Reason {
    fileprivate var words: String {
        switch self {
        case .trimmed: "The audit does not reach back so far"
        case .gap: "Entries of the audit since then are missing, or are not of this service"
        case .restored: "The board was restored since then, and what it was before is not kept"
        case .ties: "The board's ties were changed since then, and the order of equals before is not kept"
        }
    }
}
