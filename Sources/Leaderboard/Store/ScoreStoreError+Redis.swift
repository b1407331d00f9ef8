import RedisClient

extension ScoreStoreError {
    /// For a call that writes, and would do so again.
    init(ofWrite error: RedisError) {
        self = error.isSurelyNotExecuted ? .unavailable(error.description) : .outcomeUnknown(error.description)
    }

    /// For a call that may always be repeated, as one that writes nothing.
    init(ofRepeatable error: RedisError) {
        self = .unavailable(error.description)
    }
}
