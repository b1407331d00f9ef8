import Board
import HTTPServer
import Leaderboard
import Logging
import NIOCore
import NIOHTTP1
import Seasons

/// `POST /api/v1/admin/boards/{board}/reset`: ends the season of a window `manual` that runs.
struct SeasonReset: Sendable {
    let operators: Operators
    let boards: RequestedBoard
    let logger: Logger

    private struct Wish {
        let window: WindowName
        /// Nil: the one that runs.
        let season: String?
        let reason: AuditReason

        init(_ request: Request) throws(Refusal) {
            let body = try AdminBody(request, members: ["window", "season", "reason"])
            guard let window = try body.text("window").flatMap({ WindowName($0) }) else {
                throw .invalidWindow("window must be the name of one of the board.")
            }
            self.window = window
            season = try body.text("season")
            if let season, !Season.isID(season) {
                throw .invalidSeason("season must be the name of the one that runs, such as 3.")
            }
            reason = try body.reason()
        }
    }

    func answer(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            let actor = try await operators.actor(of: request)
            let wish = try Wish(request)
            let act = operators.act(request, by: actor, because: wish.reason)
            let id = try RequestedBoard.id(of: request)
            // Once, unless the board's definition changes meanwhile.
            for _ in boards.catalogue.tries(of: id) {
                let store = try await boards.board(id, request)
                if let body = try await answer(to: wish, store, by: act, request) { return body }
            }
            throw .storeUnavailable
        }
    }

    /// Nil: the board is another one than it was found to be.
    private func answer(
        to wish: Wish,
        _ store: ScoreStore,
        by act: OperatorAct,
        _ request: Request
    ) async throws(Refusal) -> ByteBuffer? {
        let outcome: SeasonResetOutcome
        do throws(ScoreStoreError) {
            outcome = try await store.reset(wish.window, season: wish.season, by: act, on: request.eventLoop)
        } catch {
            if case .outcomeUnknown = error, wish.season == nil { throw .resetUnknown }
            throw Refusal(operating: error)
        }
        switch outcome {
        case .boardChanged: return nil
        case .notManual: throw .notManual("\(wish.window)")
        case .otherRuns(let running):
            if let wanted = wish.season, Reset.manual.isBefore(running, wanted) {
                throw .seasonToEnd(afterRunning: running)
            }
            throw .otherSeasonRuns(running)
        case .ended(let season, let next):
            logger.info(
                "season ended",
                metadata: [
                    "board": "\(store.board.id)", "window": "\(wish.window)", "season": "\(season.id)",
                    "actor": "\(act.actor)", "request_id": "\(act.origin.requestID)",
                ]
            )
            return ByteBuffer(
                string: #"{"status":"success","board":"\#(store.board.id)","window":"\#(wish.window)","#
                    + #""season":"\#(season.id)","from":\#(season.from / 1000),"until":\#(season.until / 1000),"next":"\#(next)"}"#
            )
        }
    }
}
