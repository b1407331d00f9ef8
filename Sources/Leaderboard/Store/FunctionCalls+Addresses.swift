package import NIOCore
import RedisClient

extension FunctionCalls {
    /// Notes one request without a valid token.
    /// - Parameter address: a client's, or a network's.
    /// - Returns: for how long the address is over the limit; zero if it is not. Until then, asking again writes nothing.
    package func noteFailure(
        of address: String,
        limit: RateLimit,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Duration {
        let call = RedisCommand(
            "FCALL",
            "leaderboard_address_failure",
            "1",
            options.keySpace.address(address),
            String(limit.updates),
            String(limit.tokenTime)
        )
        // It may always be repeated: what it writes is a bucket that may be a token off.
        guard let microseconds = try await sendRepeatably(call, on: eventLoop).integer else {
            throw .unavailable("unexpected reply")
        }
        return limit.state(fullIn: microseconds).reset
    }
}
