import RedisClient

extension ScoreStoreError {
    /// For a call that writes.
    init(ofWrite error: RedisError) {
        self = error.surelyNotExecuted ? .unavailable(error.phrase) : .outcomeUnknown(error.phrase)
    }

    /// For a call that writes nothing: it may always be repeated.
    init(ofRead error: RedisError) {
        self = .unavailable(error.phrase)
    }
}

extension RedisError {
    /// True if nothing was written: not sent, or refused before a function of ours began. An error from within one
    /// (a key of another type, a right that the ACL withholds) may have come after some of its writes.
    var surelyNotExecuted: Bool {
        switch self {
        case .notSent: true
        case .outcomeUnknown: false
        case .refused(let refusal): !refusal.isFromWithinFunction
        }
    }

    /// Constant words for logs and metrics; a refusal is told by its code only, as Redis' text may quote keys.
    fileprivate var phrase: String {
        switch self {
        case .notSent(let reason): "not sent: \(reason)"
        case .outcomeUnknown(let reason): "outcome unknown: \(reason)"
        case .refused(let refusal): "refused: \(refusal.code)"
        }
    }
}

extension RedisRefusal {
    var isFunctionNotFound: Bool { code == "ERR" && message.hasSuffix("Function not found") }

    /// Answer to FUNCTION LOAD without REPLACE.
    var isLibraryThere: Bool { code == "ERR" && message.hasSuffix("already exists") }

    /// Redis ends such a text with `script: leaderboard_update, on @user_function:103.`
    var isFromWithinFunction: Bool { message.contains("@user_function") }
}
