/// Our Redis function library, `leaderboard`: the files of `Functions/` in one text.
///
/// Rolling upgrades: instances of two releases work on one Redis, and it holds one edition of the library. So
/// - a function, once released, keeps its KEYS, ARGV and reply; what needs others is a new function beside it, and the
///   old one stays until no instance that calls it is left;
/// - ``revision`` goes up with every change, and an instance replaces only a library with a lower one. An older
///   instance leaves a newer library alone: it finds there all that it calls.
package enum FunctionLibrary {
    package static let name = "leaderboard"

    /// Up by one with every released change of a file in `Functions/`.
    package static let revision = 21

    /// In the order in which they need each other: Lua knows a local from there on. What updates do not need stands behind `write.lua`,
    /// which comes near to the 200 locals that Lua allows at once.
    private static let parts: [[UInt8]] = [
        PackageResources.numbers_lua,
        PackageResources.token_bucket_lua,
        PackageResources.epoch_lua,
        PackageResources.audit_lua,
        PackageResources.begin_lua,
        PackageResources.update_lua,
        PackageResources.definition_lua,
        PackageResources.ranking_lua,
        PackageResources.moves_lua,
        PackageResources.aside_lua,
        PackageResources.operators_lua,
        PackageResources.windows_lua,
        PackageResources.metadata_lua,
        PackageResources.segments_lua,
        PackageResources.rules_lua,
        PackageResources.write_lua,
        PackageResources.audit_page_lua,
        PackageResources.standings_lua,
        PackageResources.soundness_lua,
        PackageResources.define_lua,
        PackageResources.delete_lua,
        PackageResources.page_lua,
        PackageResources.places_lua,
        PackageResources.segment_reads_lua,
        PackageResources.own_place_lua,
        PackageResources.set_aside_lua,
        PackageResources.operation_lua,
        PackageResources.intake_lua,
        PackageResources.roll_lua,
        PackageResources.suspend_lua,
        PackageResources.revert_lua,
        PackageResources.unrevert_lua,
        PackageResources.held_lua,
        PackageResources.erase_lua,
        PackageResources.operate_profile_lua,
        PackageResources.holding_lua,
        PackageResources.rebuild_lua,
        PackageResources.rebuild_season_lua,
        PackageResources.segment_faults_lua,
        PackageResources.adopt_lua,
        PackageResources.accept_lua,
        PackageResources.distinct_lua,
        PackageResources.grant_lua,
        PackageResources.address_limit_lua,
        PackageResources.loading_lua,
        PackageResources.restore_lua,
        PackageResources.members_lua,
        PackageResources.change_ties_lua,
        PackageResources.take_place_lua,
        PackageResources.webhooks_lua,
        PackageResources.freeze_lua,
        PackageResources.tickets_lua,
        PackageResources.presence_lua,
        PackageResources.board_members_lua,
    ]

    /// What `FUNCTION LOAD` takes. Without the lines that are comments, which are half of it: Redis keeps the text.
    package static let source: [UInt8] = {
        let header = "#!lua name=\(name)\nlocal REVISION = \(revision)\n"
        let lines = Array(parts.joined()).split(separator: UInt8(ascii: "\n"))
        let code = lines.filter { !$0.drop { $0 == UInt8(ascii: " ") }.starts(with: "--".utf8) }
        return Array(header.utf8) + code.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")]
    }()
}
