package import NIOCore
import RedisClient

extension ScoreStore {
    /// Notes one request without a valid token.
    /// - Parameter address: a client's, or a network's.
    /// - Returns: for how long the address is over the limit; zero if it is not. Until then, asking again writes nothing.
    package func noteFailure(
        of address: String,
        limit: RateLimit,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Duration {
        // It may always be repeated: what it writes is a bucket that may be a token off.
        let reply = try await read(calls.addressFailure(address, limit: limit), on: eventLoop)
        guard let microseconds = reply.integer else { throw .unavailable("unexpected reply") }
        return limit.state(fullIn: microseconds).reset
    }
}
