import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons
import Synchronization

/// `GET /api/v1/scoreboard/stats`, and of any board `GET /api/v1/boards/{board}/stats`: how many watch it, through whichever
/// instance, how many users are on it, and how far it is; with a window, all that of it. However many ask, Redis is asked once a second at most for
/// each; who asks meanwhile waits for that answer.
final class BoardStats: Sendable {
    private struct Found {
        let board: Snapshot
        /// Who watch through other instances.
        let viewersElsewhere: Int
    }

    private typealias Question = Task<Result<Found, BoardLookupError>, Never>

    private struct Asked {
        let question: Question
        let time: ContinuousClock.Instant

        func isFresh(_ now: ContinuousClock.Instant) -> Bool { now - time < BoardStats.freshFor }
    }

    private static let freshFor = Duration.seconds(1)
    /// Beyond it, answers that are not fresh any more are let go.
    private static let maximumKept = 1000

    private let boards: RequestedBoard
    private let broadcaster: Broadcaster
    private let readiness: Readiness
    private let presence: PresenceStore
    private let latest = Mutex<[Subject: Asked]>([:])

    /// What is asked about.
    private struct Subject: Hashable {
        let board: BoardID
        /// Nil: the one that never ends.
        let window: WindowName?
        /// For an operator: of a board that is frozen, too.
        var seesFrozen = false
    }

    init(boards: RequestedBoard, broadcaster: Broadcaster, readiness: Readiness, presence: PresenceStore) {
        self.presence = presence
        self.boards = boards
        self.broadcaster = broadcaster
        self.readiness = readiness
    }

    /// An instance that stops says so: the page takes an answer for a sign that this instance has live standings to offer.
    func answer(_ request: Request) async -> Response {
        guard !readiness.isStopping else { return PublicRead.open(Refusal.stopping.response) }
        do throws(Refusal) {
            let id = try RequestedBoard.id(of: request)
            let subject = Subject(board: id, window: try LiveRoutes.window(of: request))
            try await boards.allowReading(id, request)
            let found = try await answer(subject, request)
            let board = found.board
            let viewers = found.viewersElsewhere + (stream(of: subject)?.viewers ?? 0)
            let body = #"{"viewers":\#(viewers),"users":\#(board.total),"cursor":"\#(board.cursor)"}"#
            var response = Response(.ok, json: ByteBuffer(string: body))
            response.headers.add(name: "Cache-Control", value: "max-age=1")
            return PublicRead.open(response)
        } catch {
            return PublicRead.open(error.response)
        }
    }

    private func answer(_ subject: Subject, _ request: Request) async throws(Refusal) -> Found {
        do { return try await question(subject, on: request.eventLoop).value.get() } catch {
            guard case .store(.frozen) = error, await boards.seesHeld(request, nil) else { throw Refusal(error) }
        }
        var subject = subject
        subject.seesFrozen = true
        do { return try await question(subject, on: request.eventLoop).value.get() } catch { throw Refusal(error) }
    }

    private func stream(of subject: Subject) -> BoardStream? {
        if subject.board == .main, subject.window == nil { return broadcaster.main }
        return broadcaster.stream(of: subject.board.rawValue, window: subject.window?.rawValue)
    }

    private func question(_ subject: Subject, on eventLoop: any EventLoop) -> Question {
        latest.withLock { latest in
            let now = ContinuousClock.now
            if let asked = latest[subject], asked.isFresh(now) { return asked.question }
            if latest.count >= Self.maximumKept { latest = latest.filter { $0.value.isFresh(now) } }
            // Awaited by the requests that it answers; it ends by the deadline of Redis' commands.
            let question = Question { [catalogue = boards.catalogue, presence] in
                do throws(BoardLookupError) {
                    async let viewers = presence.viewersElsewhere(of: subject.board, subject.window, on: eventLoop)
                    let board = try await Self.look(subject, catalogue, on: eventLoop)
                    return .success(Found(board: board, viewersElsewhere: await viewers))
                } catch {
                    return .failure(error)
                }
            }
            latest[subject] = Asked(question: question, time: now)
            return question
        }
    }

    private static func look(
        _ subject: Subject,
        _ catalogue: Catalogue,
        on eventLoop: any EventLoop
    ) async throws(BoardLookupError) -> Snapshot {
        for _ in catalogue.tries(of: subject.board) {
            var store = try await catalogue.board(subject.board, on: eventLoop)
            if subject.seesFrozen { store = store.seeingFrozen() }
            do throws(ScoreStoreError) {
                if let window = subject.window {
                    guard let rows = try await store.seasonRows(of: window, limit: 0, on: eventLoop) else { continue }
                    return rows.shown(in: window).snapshot
                }
                if let page = try await store.rows(.page(offset: 0), limit: 0, on: eventLoop) { return page.snapshot }
            } catch { throw .store(error) }
        }
        throw .store(.unavailable("the board's definition changes all the time"))
    }
}
