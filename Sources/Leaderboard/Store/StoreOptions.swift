/// How the boards of a process are kept.
package struct StoreOptions: Sendable {
    package var keySpace = KeySpace.standard
    /// What the environment says of ``BoardID/main``: it holds as long as nobody has stored a definition.
    package var definition = BoardDefinition()
    /// Of one service, on one board whose definition does not say it.
    package var serviceRateLimit = RateLimit.usualOfServices
    /// Definitions of boards that there may be, and templates.
    package var maximumBoards = 10_000
    /// Boards that one user, and one address, may make of templates.
    package var newBoards = RateLimit(updates: 100, interval: .seconds(3600))
    /// Length to which the audit stream is trimmed, about; at least 1.
    package var auditMaxEntries = 1_000_000
    /// For how long the outcome of an update with an idempotency key is kept; at least 1 ms.
    package var idempotencyLifetime = Duration.seconds(86_400)
    /// After it, a call is not repeated any more (``FunctionCalls``); its last try still has the connection's own time.
    package var callDeadline = Duration.seconds(2)
    /// What counts as one client of the addresses that updates come from (``PlausibilityRule/Bound/usersPerAddress(users:interval:)``).
    package var network: @Sendable (_ address: String) -> String = { $0 }

    package init() {}

    /// Of ``BoardID/main``.
    package var keys: BoardKeys { BoardKeys(board: BoardID.main.rawValue, in: keySpace) }
}
