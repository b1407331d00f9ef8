import Logging

/// The log of one link: once an outage, for the next tries tell nothing new. Owned by the link.
final class OutageLog {
    enum Trouble {
        /// The answer is one that a connection in use must not give.
        case refused
        /// There is none: the connection is gone, and tells why itself.
        case gone
    }

    private let logger: Logger
    private var isLogged = false
    private var leftOutChecks: Set<String> = []

    init(_ logger: Logger) {
        self.logger = logger
    }

    func outage(_ message: Logger.Message, reason: String, level: Logger.Level = .warning) {
        guard !isLogged else { return }
        isLogged = true
        logger.log(level: level, message, metadata: ["reason": "\(reason)"])
    }

    func isBack() {
        if isLogged { logger.info("redis connection is back") }
        isLogged = false
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
            let level: Logger.Level = refusal.needsOperator ? .error : .warning
            outage("redis refused the connection", reason: "\(step.name): \(refusal.code)", level: level)
        case .failure:
            return .gone
        }
        return .refused
    }
}
