import HTTPServer
import NIOCore
import NIOHTTP1

/// `GET /healthz` and `GET /readyz`, for load balancers and supervisors.
struct Health: Sendable {
    let check: ReadinessCheck
    let readiness: Readiness

    /// Alive: the event loop answers. It says nothing of Redis, so that a supervisor does not restart us for its sake.
    func alive(_: Request) async -> Response {
        Self.fresh(Response(.ok, json: ByteBuffer(string: #"{"status":"ok"}"#)))
    }

    /// Ready to take traffic: not stopping, and nothing in the way of updates, or with `?for=reads` of reads alone.
    func ready(_ request: Request) async -> Response {
        if readiness.isStopping {
            return Self.fresh(Refusal.stopping.response)
        }
        let values = request.query.values("for")
        guard values.count <= 1, let purpose = ReadinessCheck.Purpose(rawValue: values.first ?? "writes") else {
            return Self.fresh(Refusal.invalidQuery("for must be reads or writes.").response)
        }
        if let objection = await check.objection(to: purpose, on: request.eventLoop) {
            return Self.fresh(
                .error(
                    .serviceUnavailable,
                    code: objection.code,
                    message: objection.message,
                    headers: ["Retry-After": "1"]
                )
            )
        }
        return Self.fresh(Response(.ok, json: ByteBuffer(string: #"{"status":"ready"}"#)))
    }

    private static func fresh(_ response: Response) -> Response {
        var response = response
        response.headers.add(name: "Cache-Control", value: "no-store")
        return response
    }
}
