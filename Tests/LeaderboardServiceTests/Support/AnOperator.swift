import TestSupport

@testable import LeaderboardService

/// An operator's requests, on one connection each: some end it.
struct AnOperator {
    enum Condition {
        case make
        case change(String)
        case weak(String)

        var header: (String, String) {
            switch self {
            case .make: ("If-None-Match", "*")
            case .change(let version): ("If-Match", "\"\(version)\"")
            case .weak(let version): ("If-Match", "W/\"\(version)\"")
            }
        }
    }

    let service: RunningService
    let token: String

    init(_ service: RunningService) async throws {
        self.service = service
        token = try service.token("ops", scope: "leaderboard:admin")
    }

    func put(_ name: String, _ body: String, _ condition: Condition) async throws -> TestResponse {
        try await ask("PUT", "/\(name)", body, condition)
    }

    func ask(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        _ condition: Condition? = nil
    ) async throws -> TestResponse {
        var headers = ["Authorization": "Bearer \(token)"]
        if body != nil { headers["Content-Type"] = "application/json" }
        if let (name, value) = condition?.header { headers[name] = value }
        return try await service.connect().request(method, "/api/v1/admin/boards\(path)", headers, body: body)
    }
}
