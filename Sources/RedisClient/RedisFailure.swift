/// What befell a command, as metrics and logs name it.
struct RedisFailure: Hashable, Sendable {
    /// What the caller can do: `not_sent`, `outcome_unknown`, `refused`.
    let kind: String
    /// Why: a set of constant words, never Redis' own text.
    let reason: String

    static let all: [RedisFailure] =
        RedisError.NotSentReason.allCases.map { RedisFailure(.notSent($0)) }
        + RedisError.UnknownReason.allCases.map { RedisFailure(.outcomeUnknown($0)) }
        + (codes.sorted() + [otherRefusal]).map { RedisFailure(kind: "refused", reason: $0.lowercased()) }
        + [functionMissing]

    /// The codes that say something about the server; others are of one command.
    private static let codes: Set<String> = [
        "LOADING", "READONLY", "MASTERDOWN", "OOM", "NOAUTH", "WRONGPASS", "NOPERM", "BUSY", "MISCONF", "NOREPLICAS",
        "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "WRONGTYPE", "BADARG",
        "NOAUDIT",
    ]
    private static let otherRefusal = "OTHER"
    private static let functionMissing = RedisFailure(kind: "refused", reason: "function_missing")
}

extension RedisFailure {
    init(_ error: RedisError) {
        switch error {
        case .notSent(.disconnected): self.init(kind: "not_sent", reason: "disconnected")
        case .notSent(.queueFull): self.init(kind: "not_sent", reason: "queue_full")
        case .notSent(.stopped): self.init(kind: "not_sent", reason: "stopped")
        case .notSent(.tooFewReplicas): self.init(kind: "not_sent", reason: "too_few_replicas")
        case .notSent(.rightsMissing): self.init(kind: "not_sent", reason: "rights_missing")
        case .notSent(.noKey): self.init(kind: "not_sent", reason: "no_key")
        case .notSent(.severalSlots): self.init(kind: "not_sent", reason: "several_slots")
        case .outcomeUnknown(.timeout): self.init(kind: "outcome_unknown", reason: "timeout")
        case .outcomeUnknown(.connectionLost): self.init(kind: "outcome_unknown", reason: "connection_lost")
        case .outcomeUnknown(.notReplicated): self.init(kind: "outcome_unknown", reason: "not_replicated")
        case .refused(let refusal) where refusal.isFunctionMissing: self = Self.functionMissing
        case .refused(let refusal) where refusal.lacksRight: self.init(kind: "refused", reason: "noperm")
        case .refused(let refusal):
            let code = Self.codes.contains(refusal.code) ? refusal.code : Self.otherRefusal
            self.init(kind: "refused", reason: code.lowercased())
        }
    }
}
