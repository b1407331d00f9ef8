import HTTPServer
import Logging
import NIOCore
import NIOHTTP1

/// A line at `debug` for each answered request.
struct RequestLog: Sendable {
    let logger: Logger

    @Sendable func note(_ exchange: Exchange) {
        guard logger.logLevel <= .debug else { return }
        var metadata: Logger.Metadata = [
            "method": "\(exchange.method)",
            "path": "\(Self.shown(exchange.path))",
            "status": .stringConvertible(exchange.status.code),
            "duration_us": .stringConvertible(exchange.duration.nanoseconds / 1000),
            "request_id": "\(exchange.requestID)",
            "ip": "\(exchange.remoteAddress)",
        ]
        if let trace = TraceID.of(exchange.span, exchange.headers) { metadata["trace_id"] = "\(trace)" }
        logger.debug("request", metadata: metadata)
    }

    /// A token in a path is its sender's mistake, and its secret all the same: what begins like a JWT is cut off.
    static func shown(_ path: String) -> Substring {
        path.firstRange(of: "eyJ").map { path[..<$0.lowerBound] + "…" } ?? path[...]
    }
}
