import ArgumentParser

/// `leaderboard admin …`
struct Admin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "What operators do: read the audit, review what is held, suspend, hold, blank names, adjust, revert, unrevert, erase, verify, rebuild, adopt, accept, back up.",
        discussion: """
            audit, suspend, reinstate, hide, unhide, hold, unhold, on-hold, blank-name, allow-name, adjust, revert, unrevert, erase, export, freeze, reveal, members and held ask a running service (--url) and need a token with the scope \
            leaderboard:admin in LEADERBOARD_ADMIN_TOKEN. In development:

              export LEADERBOARD_ADMIN_TOKEN=$(leaderboard token --user ops --scope leaderboard:admin)

            board, verify, rebuild, adopt, accept, backup, restore and change-ties work on Redis itself (REDIS_URL, or the private one under DATA_DIR), while the \
            service runs or not.
            """,
        subcommands: [
            AdminAudit.self, AdminBoard.self, AdminSuspend.self, AdminReinstate.self, AdminHide.self, AdminUnhide.self,
            AdminHold.self, AdminUnhold.self, AdminBlankName.self,
            AdminAllowName.self, AdminAdjust.self, AdminRevert.self, AdminUnrevert.self, AdminErase.self,
            AdminExport.self,
            AdminVerify.self,
            AdminRebuild.self, AdminAdopt.self, AdminAccept.self, AdminBackup.self,
            AdminRestore.self, AdminChangeTies.self, AdminFreeze.self, AdminReveal.self,
            AdminMembers.self, AdminHeld.self, AdminOnHold.self,
        ]
    )
}
