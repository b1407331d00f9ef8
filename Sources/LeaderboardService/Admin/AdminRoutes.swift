import HTTPServer
import Leaderboard
import Logging
import NIOHTTP1

/// The operators' part of the routing table.
enum AdminRoutes {
    static func all(
        operators: Operators,
        boards: RequestedBoard,
        viewers: PrivateViewers,
        acts: ActsAcknowledged,
        writer: ScoreWriter,
        logger: Logger
    ) -> [Route] {
        let audit = AuditRoute(operators: operators, boards: boards)
        let users = UserRoutes(operators: operators, boards: boards, logger: logger)
        let bytes = AdminBody.maximumBytes
        return [
            .on(.GET, "/api/v1/admin/audit", handler: audit.answer),
            .on(.POST, "/api/v1/admin/users/{id}/suspend", maximumBodyBytes: bytes, handler: acts.after(users.suspend)),
            .on(.POST, "/api/v1/admin/users/{id}/hide", maximumBodyBytes: bytes, handler: acts.after(users.hide)),
            .on(.POST, "/api/v1/admin/users/{id}/unhide", maximumBodyBytes: bytes, handler: acts.after(users.unhide)),
            .on(
                .POST,
                "/api/v1/admin/users/{id}/reinstate",
                maximumBodyBytes: bytes,
                handler: acts.after(users.reinstate)
            ),
            .on(.GET, "/api/v1/admin/users/{id}/export", handler: users.export),
            .on(.GET, "/api/v1/admin/users/{id}/boards", handler: users.listBoards),
            .on(.GET, "/api/v1/admin/users/{id}", handler: users.show),
            .on(.DELETE, "/api/v1/admin/users/{id}", maximumBodyBytes: bytes, handler: acts.after(users.erase)),
            .on(.GET, "/api/v1/admin/boards/{board}/audit", handler: audit.answer),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/suspend",
                maximumBodyBytes: bytes,
                handler: acts.after(users.suspend)
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/hide",
                maximumBodyBytes: bytes,
                handler: acts.after(users.hide)
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/unhide",
                maximumBodyBytes: bytes,
                handler: acts.after(users.unhide)
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/users/{id}/reinstate",
                maximumBodyBytes: bytes,
                handler: acts.after(users.reinstate)
            ),
            .on(.GET, "/api/v1/admin/boards/{board}/users/{id}", handler: users.show),
            .on(.GET, "/api/v1/admin/boards/{board}/users/{id}/export", handler: users.export),
            .on(
                .DELETE,
                "/api/v1/admin/boards/{board}/users/{id}",
                maximumBodyBytes: bytes,
                handler: acts.after(users.erase)
            ),
        ] + definitions(operators: operators, boards: boards, acts: acts, logger: logger)
            + ProfileActs(operators: operators, boards: boards, acts: acts, logger: logger).routes
            + MemberRoutes(operators: operators, boards: boards, viewers: viewers, logger: logger).routes
            + RevertRoutes(operators: operators, boards: boards, logger: logger).routes(acts)
            + HeldRoutes(operators: operators, boards: boards, logger: logger).routes(acts)
            + HoldRoutes(operators: operators, boards: boards, logger: logger).routes(acts)
            + AdjustRoute(operators: operators, boards: boards, writer: writer, logger: logger).routes
    }

    private static func definitions(
        operators: Operators,
        boards: RequestedBoard,
        acts: ActsAcknowledged,
        logger: Logger
    ) -> [Route] {
        let definitions = DefinitionRoutes(operators: operators, catalogue: boards.catalogue, logger: logger)
        let bytes = DefinitionRoutes.maximumBodyBytes
        let freezes = FreezeRoutes(operators: operators, catalogue: boards.catalogue, logger: logger)
        return [
            .on(.GET, "/api/v1/admin/boards", handler: definitions.list),
            .on(.GET, "/api/v1/admin/boards/{board}", handler: definitions.read),
            .on(.PUT, "/api/v1/admin/boards/{board}", maximumBodyBytes: bytes, handler: acts.after(definitions.put)),
            .on(.DELETE, "/api/v1/admin/boards/{board}", handler: definitions.delete),
            .on(
                .GET,
                "/api/v1/admin/boards/{board}/rules",
                handler: RulesRoute(operators: operators, boards: boards).answer
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/reset",
                maximumBodyBytes: AdminBody.maximumBytes,
                handler: acts.after(SeasonReset(operators: operators, boards: boards, logger: logger).answer)
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/freeze",
                maximumBodyBytes: AdminBody.maximumBytes,
                handler: acts.after(freezes.freeze)
            ),
            .on(
                .POST,
                "/api/v1/admin/boards/{board}/reveal",
                maximumBodyBytes: AdminBody.maximumBytes,
                handler: acts.after(freezes.reveal)
            ),
        ]
    }
}
