/// A file of the web page, as it was when the service was built: nothing is read from the file system at run time.
package struct EmbeddedFile: Sendable {
    package let name: String
    package let bytes: [UInt8]
}

extension EmbeddedFile {
    /// The live board, at `/` and `/boards/{board}`.
    package static let index = EmbeddedFile(name: "index.html", bytes: PackageResources.index_html)
    /// All boards, at `/boards`.
    package static let boards = EmbeddedFile(name: "boards.html", bytes: PackageResources.boards_html)
    /// What the heads of all documents begin with, in the place of `{head}`.
    package static let head = EmbeddedFile(name: "head.html", bytes: PackageResources.head_html)
    /// What is told instead of a page. It has places for a `{heading}` and a `{sentence}`.
    package static let notice = EmbeddedFile(name: "notice.html", bytes: PackageResources.notice_html)

    /// The API's description for people, at `/docs`, and for programs.
    package static let docs = EmbeddedFile(name: "docs.html", bytes: PackageResources.docs_html)
    /// What stands in its head where requests may be tried out, in the place of `{try}`.
    package static let tryIt = EmbeddedFile(name: "try-it.html", bytes: PackageResources.try_it_html)
    package static let openAPI = EmbeddedFile(name: "openapi.json", bytes: PackageResources.openapi_json)
    package static let asyncAPI = EmbeddedFile(name: "asyncapi.json", bytes: PackageResources.asyncapi_json)

    /// The desk of moderators, at `/moderate`.
    package static let moderate = EmbeddedFile(name: "moderate.html", bytes: PackageResources.moderate_html)

    /// The overlay for streams, at `/overlay`.
    package static let overlay = EmbeddedFile(name: "overlay.html", bytes: PackageResources.overlay_html)
    /// The place of a guide: it has places for a `{title}` and a `{body}`.
    package static let guide = EmbeddedFile(name: "guide.html", bytes: PackageResources.guide_html)

    /// The client, by the paths below its folder, `Client`, and below `/`. It is a package as well, `package.json` beside it.
    package static let clientFiles = [
        EmbeddedFile(name: "client.js", bytes: PackageResources.client_js),
        EmbeddedFile(name: "client.d.ts", bytes: PackageResources.client_d_ts),
        EmbeddedFile(name: "client/connection.js", bytes: PackageResources.connection_js),
        EmbeddedFile(name: "client/errors.js", bytes: PackageResources.errors_js),
        EmbeddedFile(name: "client/events.js", bytes: PackageResources.events_js),
        EmbeddedFile(name: "client/known-rows.js", bytes: PackageResources.known_rows_js),
        EmbeddedFile(name: "client/live.js", bytes: PackageResources.live_js),
        EmbeddedFile(name: "client/retry.js", bytes: PackageResources.retry_js),
        EmbeddedFile(name: "client/shared.js", bytes: PackageResources.shared_js),
        EmbeddedFile(name: "client/streams.js", bytes: PackageResources.streams_js),
        EmbeddedFile(name: "embed.js", bytes: PackageResources.embed_js),
    ]

    /// At `/docs/{guide}`, in the part of Markdown that the service knows.
    package static let guides = [
        EmbeddedFile(name: "guides.md", bytes: PackageResources.guides_md),
        EmbeddedFile(name: "anonymous-players.md", bytes: PackageResources.anonymous_players_md),
        EmbeddedFile(name: "best-time.md", bytes: PackageResources.best_time_md),
        EmbeddedFile(name: "faq.md", bytes: PackageResources.faq_md),
        EmbeddedFile(name: "friends.md", bytes: PackageResources.friends_md),
        EmbeddedFile(name: "from-nakama.md", bytes: PackageResources.from_nakama_md),
        EmbeddedFile(name: "from-podium.md", bytes: PackageResources.from_podium_md),
        EmbeddedFile(name: "javascript.md", bytes: PackageResources.javascript_md),
        EmbeddedFile(name: "obs.md", bytes: PackageResources.obs_md),
        EmbeddedFile(name: "server-scores.md", bytes: PackageResources.server_scores_md),
        EmbeddedFile(name: "swift.md", bytes: PackageResources.swift_md),
        EmbeddedFile(name: "teams.md", bytes: PackageResources.teams_md),
        EmbeddedFile(name: "tokens.md", bytes: PackageResources.tokens_md),
        EmbeddedFile(name: "weekly-tournament.md", bytes: PackageResources.weekly_tournament_md),
    ]

    /// What the pages load: files of their own, and those parts of the client that the board is made of.
    package static let assets = [
        EmbeddedFile(name: "connection.js", bytes: PackageResources.connection_js),
        EmbeddedFile(name: "errors.js", bytes: PackageResources.errors_js),
        EmbeddedFile(name: "events.js", bytes: PackageResources.events_js),
        EmbeddedFile(name: "known-rows.js", bytes: PackageResources.known_rows_js),
        EmbeddedFile(name: "retry.js", bytes: PackageResources.retry_js),
        EmbeddedFile(name: "streams.js", bytes: PackageResources.streams_js),
        EmbeddedFile(name: "announcer.js", bytes: PackageResources.announcer_js),
        EmbeddedFile(name: "app.js", bytes: PackageResources.app_js),
        EmbeddedFile(name: "around.js", bytes: PackageResources.around_js),
        EmbeddedFile(name: "board.css", bytes: PackageResources.board_css),
        EmbeddedFile(name: "board.js", bytes: PackageResources.board_js),
        EmbeddedFile(name: "boards.css", bytes: PackageResources.boards_css),
        EmbeddedFile(name: "boards.js", bytes: PackageResources.boards_js),
        EmbeddedFile(name: "clock.js", bytes: PackageResources.clock_js),
        EmbeddedFile(name: "contents.js", bytes: PackageResources.contents_js),
        EmbeddedFile(name: "countdown.js", bytes: PackageResources.countdown_js),
        EmbeddedFile(name: "desk-acts.js", bytes: PackageResources.desk_acts_js),
        EmbeddedFile(name: "desk-addresses.js", bytes: PackageResources.desk_addresses_js),
        EmbeddedFile(name: "desk-audit.js", bytes: PackageResources.desk_audit_js),
        EmbeddedFile(name: "desk-board.js", bytes: PackageResources.desk_board_js),
        EmbeddedFile(name: "desk-boards.js", bytes: PackageResources.desk_boards_js),
        EmbeddedFile(name: "desk-case.js", bytes: PackageResources.desk_case_js),
        EmbeddedFile(name: "desk-chart.js", bytes: PackageResources.desk_chart_js),
        EmbeddedFile(name: "desk-dialog.js", bytes: PackageResources.desk_dialog_js),
        EmbeddedFile(name: "desk-done.js", bytes: PackageResources.desk_done_js),
        EmbeddedFile(name: "desk-file.js", bytes: PackageResources.desk_file_js),
        EmbeddedFile(name: "desk-flags.js", bytes: PackageResources.desk_flags_js),
        EmbeddedFile(name: "desk-held.js", bytes: PackageResources.desk_held_js),
        EmbeddedFile(name: "desk-list.js", bytes: PackageResources.desk_list_js),
        EmbeddedFile(name: "desk-on-hold.js", bytes: PackageResources.desk_on_hold_js),
        EmbeddedFile(name: "desk-rising.js", bytes: PackageResources.desk_rising_js),
        EmbeddedFile(name: "desk-service.js", bytes: PackageResources.desk_service_js),
        EmbeddedFile(name: "desk-standings.js", bytes: PackageResources.desk_standings_js),
        EmbeddedFile(name: "desk-table.js", bytes: PackageResources.desk_table_js),
        EmbeddedFile(name: "desk-times.js", bytes: PackageResources.desk_times_js),
        EmbeddedFile(name: "desk-seasons.js", bytes: PackageResources.desk_seasons_js),
        EmbeddedFile(name: "desk-windows.js", bytes: PackageResources.desk_windows_js),
        EmbeddedFile(name: "desk.js", bytes: PackageResources.desk_js),
        EmbeddedFile(name: "docs.css", bytes: PackageResources.docs_css),
        EmbeddedFile(name: "docs.js", bytes: PackageResources.docs_js),
        EmbeddedFile(name: "face.js", bytes: PackageResources.face_js),
        EmbeddedFile(name: "faces.js", bytes: PackageResources.faces_js),
        EmbeddedFile(name: "feed.js", bytes: PackageResources.feed_js),
        EmbeddedFile(name: "finder.js", bytes: PackageResources.finder_js),
        EmbeddedFile(name: "format.js", bytes: PackageResources.format_js),
        EmbeddedFile(name: "guide.css", bytes: PackageResources.guide_css),
        EmbeddedFile(name: "habits.js", bytes: PackageResources.habits_js),
        EmbeddedFile(name: "icon.svg", bytes: PackageResources.icon_svg),
        EmbeddedFile(name: "look.js", bytes: PackageResources.look_js),
        EmbeddedFile(name: "markup.js", bytes: PackageResources.markup_js),
        EmbeddedFile(name: "message.js", bytes: PackageResources.message_js),
        EmbeddedFile(name: "mine.js", bytes: PackageResources.mine_js),
        EmbeddedFile(name: "moderate.css", bytes: PackageResources.moderate_css),
        EmbeddedFile(name: "moderate.js", bytes: PackageResources.moderate_js),
        EmbeddedFile(name: "notice.css", bytes: PackageResources.notice_css),
        EmbeddedFile(name: "notice.js", bytes: PackageResources.notice_js),
        EmbeddedFile(name: "order.js", bytes: PackageResources.order_js),
        EmbeddedFile(name: "overlay.css", bytes: PackageResources.overlay_css),
        EmbeddedFile(name: "overlay.js", bytes: PackageResources.overlay_js),
        EmbeddedFile(name: "past.js", bytes: PackageResources.past_js),
        EmbeddedFile(name: "place.js", bytes: PackageResources.place_js),
        EmbeddedFile(name: "podium.js", bytes: PackageResources.podium_js),
        EmbeddedFile(name: "portrait.js", bytes: PackageResources.portrait_js),
        EmbeddedFile(name: "qr.js", bytes: PackageResources.qr_js),
        EmbeddedFile(name: "rate.js", bytes: PackageResources.rate_js),
        EmbeddedFile(name: "remark.js", bytes: PackageResources.remark_js),
        EmbeddedFile(name: "row.js", bytes: PackageResources.row_js),
        EmbeddedFile(name: "rows.js", bytes: PackageResources.rows_js),
        EmbeddedFile(name: "running.js", bytes: PackageResources.running_js),
        EmbeddedFile(name: "schema.js", bytes: PackageResources.schema_js),
        EmbeddedFile(name: "screen.css", bytes: PackageResources.screen_css),
        EmbeddedFile(name: "screen.js", bytes: PackageResources.screen_js),
        EmbeddedFile(name: "season.js", bytes: PackageResources.season_js),
        EmbeddedFile(name: "seasons.js", bytes: PackageResources.seasons_js),
        EmbeddedFile(name: "share.js", bytes: PackageResources.share_js),
        EmbeddedFile(name: "stage.js", bytes: PackageResources.stage_js),
        EmbeddedFile(name: "standings.js", bytes: PackageResources.standings_js),
        EmbeddedFile(name: "stats.js", bytes: PackageResources.stats_js),
        EmbeddedFile(name: "status.js", bytes: PackageResources.status_js),
        EmbeddedFile(name: "style.css", bytes: PackageResources.style_css),
        EmbeddedFile(name: "suggestions.js", bytes: PackageResources.suggestions_js),
        EmbeddedFile(name: "tabs.js", bytes: PackageResources.tabs_js),
        EmbeddedFile(name: "theme.js", bytes: PackageResources.theme_js),
        EmbeddedFile(name: "token-form.js", bytes: PackageResources.token_form_js),
        EmbeddedFile(name: "token.js", bytes: PackageResources.token_js),
        EmbeddedFile(name: "try-answer.js", bytes: PackageResources.try_answer_js),
        EmbeddedFile(name: "try-fields.js", bytes: PackageResources.try_fields_js),
        EmbeddedFile(name: "try-it.css", bytes: PackageResources.try_it_css),
        EmbeddedFile(name: "try-it.js", bytes: PackageResources.try_it_js),
        EmbeddedFile(name: "try-token.js", bytes: PackageResources.try_token_js),
    ]
}
