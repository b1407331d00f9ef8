import HTTPServer
import NIOHTTP1

/// The paths of boards by name. `main` has one as well, with the answers of the others.
enum BoardPaths {
    static func all(
        _ reads: BoardReads,
        _ stats: BoardStats,
        _ seasons: SeasonRoutes,
        _ segments: SegmentRoutes,
        _ update: UpdateScore,
        _ reports: ReportScores,
        _ profiles: ProfileRoutes,
        _ crossOrigin: CrossOrigin
    ) -> [Route] {
        [
            .on(
                .POST,
                "/api/v1/boards/{board}/score/update",
                maximumBodyBytes: UpdateScore.maximumBodyBytes,
                beginning: crossOrigin.opened(update.begin),
                handler: crossOrigin.opened(update.answer)
            ),
            .on(.OPTIONS, "/api/v1/boards/{board}/score/update", handler: crossOrigin.preflight),
            .stream(.POST, "/api/v1/boards/{board}/scores", reports.answer),
            .on(
                .GET,
                "/api/v1/boards/{board}/scoreboard",
                ready: reads.readyScoreboard,
                handler: reads.scoreboard
            ),
            .on(.OPTIONS, "/api/v1/boards/{board}/scoreboard", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/users/{id}", handler: reads.user),
            .on(.OPTIONS, "/api/v1/boards/{board}/users/{id}", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/scores/{score}", handler: reads.score),
            .on(.OPTIONS, "/api/v1/boards/{board}/scores/{score}", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/percentiles", handler: reads.percentiles),
            .on(.OPTIONS, "/api/v1/boards/{board}/percentiles", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/count", handler: reads.count),
            .on(.OPTIONS, "/api/v1/boards/{board}/count", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/stats", handler: stats.answer),
            .on(.OPTIONS, "/api/v1/boards/{board}/stats", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/seasons", handler: seasons.list),
            .on(.OPTIONS, "/api/v1/boards/{board}/seasons", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}/totals/{kind}", handler: segments.totals),
            .on(.OPTIONS, "/api/v1/boards/{board}/totals/{kind}", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/users/{id}/standings", handler: reads.standings),
            .on(.OPTIONS, "/api/v1/users/{id}/standings", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/scoreboards", handler: reads.scoreboards),
            .on(.OPTIONS, "/api/v1/scoreboards", handler: PublicRead.preflight),
        ] + profiles.routes
    }
}
