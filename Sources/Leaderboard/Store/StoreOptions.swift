/// How a board is kept.
package struct StoreOptions: Sendable {
    /// Names the board's keys: `lb:{main}:…`.
    package var board = "main"
    package var keySpace = KeySpace.standard
    package var rateLimit = RateLimit(updates: 60, interval: .seconds(60))
    /// Length to which the audit stream is trimmed, about; at least 1.
    package var auditMaxEntries = 1_000_000
    /// For how long the outcome of an update with an idempotency key is kept; at least 1 ms.
    package var idempotencyLifetime = Duration.seconds(86_400)
    /// After it, a call is not repeated any more (``RedisCalls``); its last try still has the connection's own time.
    package var callDeadline = Duration.seconds(2)

    package init() {}

    package var keys: BoardKeys { BoardKeys(board: board, in: keySpace) }
}
