import Board
import Leaderboard

extension TestBoard {
    /// What an operator does in a test.
    func act(_ reason: String = "a test") throws -> OperatorAct {
        OperatorAct(
            actor: try UserID("ops"),
            reason: try AuditReason(reason),
            origin: UpdateOrigin(ip: "198.51.100.7", requestID: "request-2")
        )
    }

    func score(_ user: String) async throws -> Int? {
        try await store.standing(of: UserID(user), on: loop).score
    }

    func revert(_ selection: RevertSelection) async throws -> Reverted? {
        try await store.revert(selection, by: act(), on: loop)
    }

    /// All of the audit, oldest first.
    func audit() async throws -> [AuditEntry] {
        try await store.audit(AuditFilter(), before: nil, limit: 1000, on: loop).entries.reversed()
    }
}
