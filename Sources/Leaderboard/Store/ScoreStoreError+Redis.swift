import RedisClient

extension ScoreStoreError {
    /// For a call that writes.
    init(ofWrite error: RedisError) {
        self = error.isSurelyNotExecuted ? .unavailable(error.phrase) : .outcomeUnknown(error.phrase)
    }

    /// For a call that writes nothing: it may always be repeated.
    init(ofRead error: RedisError) {
        self = .unavailable(error.phrase)
    }
}

extension RedisError {
    /// Constant words for logs and metrics; a refusal is told by its code only, as Redis' text may quote keys.
    fileprivate var phrase: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason.rawValue)"
        case .outcomeUnknown(let reason): "outcome unknown: \(reason.rawValue)"
        case .refused(let refusal): "refused: \(refusal.code)"
        }
    }
}
