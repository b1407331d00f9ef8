import RedisClient

extension ScoreStoreError {
    /// For a call that writes.
    init(ofWrite error: RedisError) {
        self = error.isSurelyNotExecuted ? .unavailable(error.description) : .outcomeUnknown(error.description)
    }

    /// For a call that writes nothing: it may always be repeated.
    init(ofRead error: RedisError) {
        self = .unavailable(error.description)
    }
}
