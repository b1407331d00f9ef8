import Text
import NIOHTTP1

/// The routing table: paths without parameters by one look-up, the others in their order.
package struct Router: Sendable {
    enum Match {
        case found(Route, parameters: [String: String])
        case wrongMethod(allowed: [String])
        /// A method that nobody here knows, on whatever path.
        case unknownMethod
        /// There is a page at this path, the same but for the slashes at its end.
        case page(at: String)
        case nothing

        var maximumBodyBytes: Int {
            if case .found(let route, _) = self { route.maximumBodyBytes } else { 0 }
        }

        var route: Route? {
            if case .found(let route, _) = self { route } else { nil }
        }

        var parameters: [String: String] {
            if case .found(_, let parameters) = self { parameters } else { [:] }
        }
    }

    package let routes: [Route]
    /// What some path takes.
    private let allMethods: [String]
    private let exact: [String: [Route]]
    private let patterns: [(segments: [Substring], routes: [Route])]

    package init(_ routes: [Route]) {
        self.routes = routes
        allMethods = Self.allowed(routes)
        let grouped = Dictionary(grouping: routes, by: \.path)
        exact = grouped.filter { !$0.key.contains("{") }
        patterns = grouped.filter { $0.key.contains("{") }
            .map { (Self.segments($0.key[...]), $0.value) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
    }

    /// HEAD is answered by the route of GET.
    func match(_ method: HTTPMethod, _ path: String) -> Match {
        guard method.isKnown else { return .unknownMethod }
        if let match = matchExactly(method, path) { return match }
        if let page = page(method, path) { return .page(at: page) }
        // The server as a whole (RFC 9110, section 9.3.7): only OPTIONS may ask for it.
        return path == "*" ? .wrongMethod(allowed: allMethods) : .nothing
    }

    private func matchExactly(_ method: HTTPMethod, _ path: String) -> Match? {
        if let routes = exact[path] { return Self.choose(routes, method, parameters: [:]) }
        let segments = Self.segments(path[...])
        for (pattern, routes) in patterns where pattern.count == segments.count {
            var parameters: [String: String] = [:]
            let fits = zip(pattern, segments).allSatisfy { part, segment in
                guard part.hasPrefix("{"), part.hasSuffix("}") else { return part == segment }
                parameters[String(part.dropFirst().dropLast())] = Query.decodeSegment(segment)
                return !segment.isEmpty
            }
            if fits { return Self.choose(routes, method, parameters: parameters) }
        }
        return nil
    }

    private func page(_ method: HTTPMethod, _ path: String) -> String? {
        guard method == .GET || method == .HEAD else { return nil }
        var trimmed = path[...]
        while trimmed.utf8.last == UInt8(ascii: "/") { trimmed = trimmed.dropLast() }
        let page = String(trimmed)
        guard page != path, matchExactly(.GET, page)?.route?.isPage == true else { return nil }
        return page
    }

    private static func choose(_ routes: [Route], _ method: HTTPMethod, parameters: [String: String]) -> Match {
        let wanted = method == .HEAD ? .GET : method
        if let route = routes.first(where: { $0.method == wanted }) { return .found(route, parameters: parameters) }
        return .wrongMethod(allowed: allowed(routes))
    }

    private static func allowed(_ routes: [Route]) -> [String] {
        var allowed = Set(routes.map(\.method.rawValue)).union(["OPTIONS"])
        if allowed.contains("GET") { allowed.insert("HEAD") }
        return allowed.sorted()
    }

    private static func segments(_ path: Substring) -> [Substring] {
        path.parts(at: "/")
    }
}
