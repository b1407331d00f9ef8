import HTTPServer
import Logging
import NIOCore
import NIOHTTP1

/// A line at `debug` for each answered request.
struct RequestLog: Sendable {
    let logger: Logger

    @Sendable func note(_ exchange: Exchange) {
        guard logger.logLevel <= .debug else { return }
        logger.debug(
            "request",
            metadata: [
                "method": "\(exchange.method)",
                "path": "\(exchange.path)",
                "status": "\(exchange.status.code)",
                "duration_us": "\(exchange.duration.nanoseconds / 1000)",
                "request_id": "\(exchange.requestID)",
                "ip": "\(exchange.remoteAddress)",
            ]
        )
    }
}
