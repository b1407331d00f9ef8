import RedisClient

extension ScoreStoreError {
    /// For a call that writes, and would do so again.
    init(ofWrite error: RedisError) {
        guard error.isSurelyNotExecuted else {
            self = .outcomeUnknown(error.description)
            return
        }
        self.init(ofRepeatable: error)
    }

    /// For a call that may always be repeated, as one that writes nothing.
    init(ofRepeatable error: RedisError) {
        if case .refused(let refusal) = error, refusal.isOfSpoiltKey {
            self = .unsoundBoard(error.description)
        } else {
            self = .unavailable(error.description)
        }
    }
}
