import Board
import HTTPServer
import Leaderboard
import NIOCore

/// A request that updates scores, for what is counted and logged of it.
struct UpdateAttempt: Sendable {
    /// When the whole request was there.
    let start = NIODeadline.now()
    let origin: UpdateOrigin
    /// Nil until the token has told.
    var user: UserID?
    /// The service that reports it; nil: nobody but the user.
    var actor: UserID?
    /// When Redis was asked first; nil while it was not.
    private(set) var asked: NIODeadline?

    init(_ request: Request, _ callers: Callers) {
        origin = UpdateOrigin(request, callers)
    }

    /// Whose score it is, where only that of the token's subject may be meant; else who reports it.
    mutating func note(_ token: VerifiedToken) {
        if token.isOfService { actor = token.subject } else { user = token.subject }
    }

    mutating func asksRedis() {
        asked = asked ?? .now()
    }
}

extension ScoreWriter {
    func ended(_ attempt: UpdateAttempt) {
        metrics.took(from: attempt.start, asked: attempt.asked, answered: .now())
    }

    /// - Parameter board: where the request is about several.
    func refused(_ refusal: Refusal, _ attempt: UpdateAttempt, on board: BoardID? = nil) {
        refused(refusal, attempt.origin, user: attempt.user, by: attempt.actor, on: board)
    }

    func refused(_ refusal: Refusal, _ wanted: WantedUpdate) {
        let (call, actor) = (wanted.call, wanted.call.hand?.actor)
        refused(refusal, call.origin, user: actor == nil ? call.update.user : nil, by: actor, on: wanted.board)
    }

    private func refused(
        _ refusal: Refusal,
        _ origin: UpdateOrigin,
        user: UserID?,
        by actor: UserID?,
        on board: BoardID?
    ) {
        metrics.refused(refusal)
        guard refusal.isLogged else { return }
        audit.refused(
            code: refusal.code,
            reason: refusal.reason,
            on: board,
            origin: origin,
            user: user?.rawValue,
            by: actor
        )
    }
}
