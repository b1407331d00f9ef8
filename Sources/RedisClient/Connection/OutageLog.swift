import Logging

/// The log of one link: once an outage, for the next tries tell nothing new, but for what somebody must mend. Owned by the link.
final class OutageLog {
    enum Trouble {
        /// The answer is one that a connection in use must not give.
        case refused
        /// There is none: the connection is gone, and tells why itself.
        case gone
    }

    private let logger: Logger
    private let trouble: LastOutage?
    private var isLogged = false
    /// Of this outage, and of level `error`.
    private var loggedErrors: Set<String> = []
    private var leftOutChecks: Set<String> = []

    /// - Parameter trouble: where the reason stands while it lasts.
    init(_ logger: Logger, trouble: LastOutage? = nil) {
        self.logger = logger
        self.trouble = trouble
    }

    func outage(_ message: Logger.Message, reason: String, level: Logger.Level = .warning) {
        trouble?.note(reason, of: self)
        let isNew = level == .error && loggedErrors.count < 16 && loggedErrors.insert(reason).inserted
        guard isNew || !isLogged else { return }
        isLogged = true
        logger.log(level: level, message, metadata: ["reason": "\(reason)"])
    }

    func outage(_ message: Logger.Message, _ refusal: RedisRefusal, to name: String) {
        let level: Logger.Level = refusal.needsOperator ? .error : .warning
        outage(message, reason: "\(name): \(refusal.words)", level: level)
    }

    func isCluster() {
        logger.info("redis is a node of a cluster, and is used as redis+cluster:// would be")
    }

    func isBack() {
        if isLogged { logger.info("redis connection is back") }
        isLogged = false
        loggedErrors = []
        trouble?.note(nil, of: self)
    }

    /// The link is needed no more, with or without its connection.
    func isOver() {
        trouble?.note(nil, of: self)
    }

    /// - Returns: what is wrong with the answer to this part of the greeting; nil if nothing is. It is in the log.
    func trouble(with reply: RedisConnection.Reply, to step: Greeting) -> Trouble? {
        switch reply {
        case .success(let value):
            guard let objection = step.objection(value) else { return nil }
            outage("redis refused the connection", reason: objection, level: .error)
        case .failure(.refused(let refusal)) where step.isOptional && ["NOPERM", "ERR"].contains(refusal.code):
            if leftOutChecks.insert(step.name).inserted {
                logger.notice("redis does not allow a check, which is left out", metadata: ["command": "\(step.name)"])
            }
            return nil
        case .failure(.refused(let refusal)):
            outage("redis refused the connection", refusal, to: step.name)
        case .failure:
            return .gone
        }
        return .refused
    }
}
