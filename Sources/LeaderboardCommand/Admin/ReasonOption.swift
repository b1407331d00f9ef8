import ArgumentParser
import Leaderboard

/// `--reason TEXT`: of commands that change something without asking.
struct ReasonOption: ParsableArguments {
    @Option(help: ArgumentHelp("Why, for the audit.", valueName: "text"), transform: Self.reason)
    var reason: AuditReason

    fileprivate static func reason(_ text: String) throws -> AuditReason {
        do { return try AuditReason(text) } catch { throw ValidationError("\(error)") }
    }
}

/// `--reason TEXT [--dry-run | --yes]`: of commands that show what they will do, and record why it is done. A dry run records nothing,
/// so it needs no reason.
struct ReasonedConsent: ParsableArguments {
    @Option(
        name: .customLong("reason"),
        help: ArgumentHelp(
            "Why, for the audit, which keeps it as it is: do not name a user. (--dry-run needs none)",
            valueName: "text"
        ),
        transform: ReasonOption.reason
    )
    var given: AuditReason?

    @OptionGroup var consent: Consent

    func validate() throws {
        guard given != nil || consent.dryRun else {
            throw ValidationError("Missing expected argument '--reason <text>': say why, for the audit.")
        }
    }

    /// Empty in a dry run that was given none.
    var reason: AuditReason { given ?? .none }

    var dryRun: Bool { consent.dryRun }

    func isGiven(_ question: String) throws -> Bool { try consent.isGiven(question) }
}
