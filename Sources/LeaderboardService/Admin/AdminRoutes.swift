import HTTPServer
import Leaderboard
import Logging
import NIOHTTP1

/// The operators' part of the routing table.
enum AdminRoutes {
    static func all(operators: Operators, store: ScoreStore, logger: Logger) -> [Route] {
        let audit = AuditRoute(operators: operators, store: store)
        let users = UserRoutes(operators: operators, store: store, logger: logger)
        let revert = RevertRoute(operators: operators, store: store, logger: logger)
        let bytes = AdminBody.maximumBytes
        return [
            .on(.GET, "/api/v1/admin/audit", handler: audit.answer),
            .on(.POST, "/api/v1/admin/audit/revert", maximumBodyBytes: bytes, handler: revert.answer),
            .on(.POST, "/api/v1/admin/audit/revert/preview", maximumBodyBytes: bytes, handler: revert.preview),
            .on(.POST, "/api/v1/admin/users/{id}/suspend", maximumBodyBytes: bytes, handler: users.suspend),
            .on(.POST, "/api/v1/admin/users/{id}/reinstate", maximumBodyBytes: bytes, handler: users.reinstate),
            .on(.GET, "/api/v1/admin/users/{id}/export", handler: users.export),
            .on(.DELETE, "/api/v1/admin/users/{id}", maximumBodyBytes: bytes, handler: users.erase),
        ]
    }
}
