package import Board
package import NIOCore
import RedisClient
import Text

/// Tickets, of which each is for one use (`Functions/tickets.lua`). Redis has them by a hash of their text alone.
extension FunctionCalls {
    /// - Parameters:
    ///   - digest: of the ticket's text, in hexadecimal.
    ///   - content: what it stands for.
    ///   - limit: of those that the user may ask for.
    /// - Returns: nil: it is made; otherwise the seconds after which the user may ask again, at least 1.
    package func makeTicket(
        _ digest: String,
        content: String,
        lifetime: Duration,
        for user: UserID,
        limit: RateLimit,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Int? {
        let call = RedisCommand(
            "FCALL",
            "leaderboard_ticket_make",
            "2",
            options.keySpace.ticket(digest),
            options.keySpace.ticketLimit(user),
            content,
            String(Int(clamping: lifetime / .milliseconds(1))),
            String(limit.updates),
            String(limit.tokenTime)
        )
        // Made twice it is the same, for one more of the user's.
        guard let wait = try await sendRepeatably(call, on: eventLoop).integer else {
            throw .unavailable("unexpected reply")
        }
        return wait > 0 ? limit.secondsUntilToken(in: wait) : nil
    }

    /// Reads the ticket and takes it away. Never sent twice: where its outcome is unknown, the ticket is as good as used.
    /// - Returns: its content; nil: it was used before, has run out, or was never made.
    package func takeTicket(_ digest: String, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> String? {
        let call = RedisCommand("FCALL", "leaderboard_ticket_take", "1", options.keySpace.ticket(digest))
        do { return try await send(call, isIdempotent: false, on: eventLoop).text } catch {
            throw ScoreStoreError(ofWrite: error)
        }
    }
}
