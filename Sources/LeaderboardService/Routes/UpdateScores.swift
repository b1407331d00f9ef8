import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `POST /api/v1/score/updates`: updates of one user on several boards. All are asked for at once, each goes with the group commit
/// of its own board, and each has an outcome of its own, as on the path of its board. One `Idempotency-Key` is for all: a
/// retry counts what is missing, and replays the rest.
struct UpdateScores: Sendable {
    /// Longest body in bytes; a longer one is 413.
    static let maximumBodyBytes = ScoreUpdates.maximumJSONBytes

    /// What became of one of them.
    struct Outcome: Sendable {
        let board: BoardID
        let result: Result<TakenUpdate, Refusal>
        /// Nil: it did not come so far.
        let bucket: BucketState?
    }

    /// What all of them share.
    private struct Shared: Sendable {
        let user: UserID
        let token: VerifiedToken
        let key: IdempotencyKey?
        let wantsRank: Bool
        let attempt: UpdateAttempt
        let request: Request
    }

    let callers: Callers
    let boards: RequestedBoard
    let writer: ScoreWriter

    func answer(_ request: Request) async -> Response {
        var attempt = UpdateAttempt(request, callers)
        defer { writer.ended(attempt) }
        do throws(Refusal) {
            let token = try await callers.token(of: request)
            attempt.note(token)
            let updates = try Self.updates(in: request, of: token)
            let key = try IdempotencyKey(request.headers)
            attempt.asksRedis()
            let shared = Shared(
                user: updates.user,
                token: token,
                key: key,
                wantsRank: Preferences.wantsRepresentation(request.headers),
                attempt: attempt,
                request: request
            )
            return Self.response(await outcomes(of: updates.wishes, shared), shared)
        } catch {
            writer.refused(error, attempt)
            return error.response
        }
    }

    private static func updates(in request: Request, of token: VerifiedToken) throws(Refusal) -> ScoreUpdates {
        let updates: ScoreUpdates
        let body = try UpdateBody.json(of: request, maximumBytes: maximumBodyBytes)
        do { updates = try ScoreUpdates(json: body) } catch { throw Refusal(error) }
        guard updates.user == token.subject || token.isOfService else { throw .notYourScore }
        guard token.isActive else { throw .userSuspended }
        return updates
    }

    /// In the order of the wishes.
    private func outcomes(of wishes: [ScoreUpdates.Wish], _ shared: Shared) async -> [Outcome] {
        await wishes.mapAllAtOnce { await outcome(of: $0, shared) }
    }

    private func outcome(of wish: ScoreUpdates.Wish, _ shared: Shared) async -> Outcome {
        do throws(Refusal) {
            let (applied, bucket) = try await apply(wish, shared)
            return Outcome(board: wish.board, result: .success(applied), bucket: bucket)
        } catch {
            writer.refused(error, shared.attempt, on: wish.board)
            return Outcome(board: wish.board, result: .failure(error), bucket: error.bucket)
        }
    }

    private func apply(
        _ wish: ScoreUpdates.Wish,
        _ shared: Shared
    ) async throws(Refusal) -> (TakenUpdate, BucketState) {
        let request = shared.request
        // Once, unless the board's definition changes meanwhile.
        for isAgain in boards.catalogue.tries(of: wish.board) {
            let store = try await boards.toWrite(wish.board, isFresh: isAgain, on: request.eventLoop)
            try await boards.allowWriting(store, shared.token, on: request.eventLoop)
            let update: BoardUpdate
            do { update = try wish.update(by: shared.user, of: store.board.definition) } catch { throw Refusal(error) }
            let hand = try writer.reporters.hand(of: shared.token, writing: shared.user, on: store.board)
            let grant = try await writer.grant(for: update, by: hand, on: wish.board)
            if let unmade = UnmadeBoard(store) { try await boards.makeRoom(for: unmade, shared.token.subject, request) }
            let wanted = WantedUpdate(
                store: store,
                board: wish.board,
                call: UpdateCall(
                    update: update,
                    origin: shared.attempt.origin,
                    idempotencyKey: shared.key,
                    withRank: shared.wantsRank,
                    hand: hand
                )
            )
            let outcome = try await writer.apply(wanted, with: grant, for: request)
            if let taken = try writer.taken(outcome, wanted) {
                return (taken, writer.rateLimit(of: wanted).bucket(taken.rateLimit))
            }
        }
        throw .storeUnavailable
    }

    /// Where the store was away for each of them, nothing was changed, and the whole is refused.
    private static func response(_ outcomes: [Outcome], _ shared: Shared) -> Response {
        let refusals = outcomes.compactMap { outcome in
            if case .failure(let refusal) = outcome.result { refusal } else { nil }
        }
        if refusals.count == outcomes.count, refusals.allSatisfy({ $0.code == Refusal.storeUnavailable.code }) {
            return Refusal.storeUnavailable.response
        }
        var response = Response(.ok, json: UpdateBody.several(outcomes, withScores: shared.wantsRank))
        response.headers.add(outcomes.compactMap { outcome in outcome.bucket.map { (outcome.board, $0) } })
        if shared.wantsRank { response.headers.add(name: "Preference-Applied", value: "return=representation") }
        return response
    }
}
