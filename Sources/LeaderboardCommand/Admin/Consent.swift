import ArgumentParser

/// `--dry-run` and `--yes`: of commands that show what they will do before they do it.
struct Consent: ParsableArguments {
    @Flag(help: "Show what it would do, and change nothing.")
    var dryRun = false

    @Flag(help: "Do it without asking.")
    var yes = false

    func validate() throws {
        guard !(dryRun && yes) else { throw ValidationError("Give either --dry-run or --yes.") }
    }

    /// Whether it is to be done: yes, or no as it is a trial.
    /// - Throws: where it was asked for and refused, and where there is nobody to ask.
    func isGiven(_ question: String) throws -> Bool {
        if dryRun { return false }
        if yes { return true }
        guard Terminal.isThere else {
            throw CommandFailure("nothing was changed: nobody can be asked here (\(question)), so say --yes")
        }
        guard Terminal.agrees(question) else { throw CommandFailure("nothing was changed") }
        return true
    }
}
