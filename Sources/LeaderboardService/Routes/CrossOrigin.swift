import HTTPServer
import NIOCore
import NIOHTTP1

/// Which pages may send updates (Fetch standard, CORS): those of `CORS_ALLOWED_ORIGINS`, none by default. A browser holds
/// other pages' scripts back; programs that are no browser do not ask, and are held back by their token.
struct CrossOrigin: Sendable {
    let allowed: AllowedOrigins

    /// A route's handler whose answers the allowed pages may read. Where no page may, it is the handler itself.
    func opened(_ handler: @escaping Route.Handler) -> Route.Handler {
        guard !allowed.isEmpty else { return handler }
        return { open(await handler($0), to: $0) }
    }

    func opened(_ begin: @escaping Route.Beginning) -> Route.Beginning {
        guard !allowed.isEmpty else { return begin }
        return { request, tell in begin(request) { tell($0.map { open($0, to: request) }) } }
    }

    /// What the server's own errors on the paths of updates become, which it makes before it asks a route; nil: no page may send updates.
    var openError: (@Sendable (Response, Request) -> Response)? {
        guard !allowed.isEmpty else { return nil }
        // To others they are, byte for byte, what they were.
        return { isOfUpdates($1.path) && origin(of: $1) != nil ? open($0, to: $1) : $0 }
    }

    private func isOfUpdates(_ path: String) -> Bool {
        path.hasPrefix("/api/v1/") && (path.hasSuffix("/score/update") || path.hasSuffix("/score/updates"))
    }

    /// The answer to the preflight of `POST` with a token and JSON.
    func preflight(_ request: Request) async -> Response {
        answer(request, allowing: "POST, OPTIONS")
    }

    /// The same of a path that anybody may read.
    /// - Parameter methods: beside those of a read, for the allowed pages.
    func preflightOfReads(and methods: String) -> Route.Handler {
        { request in
            guard origin(of: request) != nil else {
                var response = await PublicRead.preflight(request)
                response.headers.add(name: "Vary", value: "Origin")
                return response
            }
            return answer(request, allowing: "GET, HEAD, \(methods), OPTIONS")
        }
    }

    private func answer(_ request: Request, allowing methods: String) -> Response {
        var response = open(Response(.noContent), to: request)
        guard origin(of: request) != nil else { return response }
        response.headers.add(name: "Access-Control-Allow-Methods", value: methods)
        response.headers.add(
            name: "Access-Control-Allow-Headers",
            value: "Authorization, Content-Type, Idempotency-Key, Prefer, X-Request-Id"
        )
        response.headers.add(name: "Access-Control-Max-Age", value: "7200")
        return response
    }

    private func open(_ response: Response, to request: Request) -> Response {
        var response = response
        // A cache must not show one origin's answer to another.
        response.headers.add(name: "Vary", value: "Origin")
        guard let origin = origin(of: request) else { return response }
        response.headers.add(name: "Access-Control-Allow-Origin", value: origin)
        response.headers.add(
            name: "Access-Control-Expose-Headers",
            value: "RateLimit, RateLimit-Policy, Retry-After, Idempotency-Replayed, Preference-Applied, X-Request-Id"
        )
        return response
    }

    /// That of the page which sends the request, if it may.
    private func origin(of request: Request) -> String? {
        guard case .once(let value) = request.headers.occurrence(of: "Origin") else { return nil }
        let origin = String(buffer: value)
        return allowed.contains(origin) ? origin : nil
    }
}
