import HTTPServer
import Logging
import NIOCore
import RedisClient

/// Says in the log, once a minute for each kind, what the server suffers from. Any loop.
struct ServerTroubles: Sendable {
    let logger: Logger
    private let total = LogThrottle(), address = LogThrottle(), accepting = LogThrottle()

    init(logger: Logger) {
        self.logger = logger
    }

    @Sendable func note(_ trouble: ServerTrouble) {
        switch trouble {
        case .tooManyConnections:
            guard let count = total.countIfDue() else { return }
            logger.warning(
                "connections refused: as many are open as MAX_CONNECTIONS and the limit of file descriptors allow",
                metadata: ["refused": "\(count)"]
            )
        case .tooManyConnectionsOfAddress(let address):
            guard let count = self.address.countIfDue() else { return }
            logger.warning(
                "connections refused: one address has MAX_CONNECTIONS_PER_IP; if it is a proxy, name it in TRUSTED_PROXIES",
                metadata: ["refused": "\(count)", "ip": "\(address)"]
            )
        case .cannotAccept(let errorNumber):
            guard let count = accepting.countIfDue() else { return }
            logger.error(
                "connections cannot be accepted: the system is out of file descriptors or memory for them",
                metadata: ["errors": "\(count)", "reason": "\(IOError(errnoCode: errorNumber, reason: "accept"))"]
            )
        case .listenerLost:
            logger.error("the listening socket was closed by the system, and is opened again")
        }
    }
}
