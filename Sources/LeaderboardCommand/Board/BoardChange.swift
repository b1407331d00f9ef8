import ArgumentParser
import Leaderboard
import Seasons
import Text

/// `leaderboard board change NAME [--title …] …`
struct BoardChange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change",
        abstract: "Change members of a definition; the others stay as they are.",
        discussion: """
            Once somebody is on the board, its order cannot change, and its ties only between id and shared; leaderboard admin \
            change-ties changes those as well. What somebody else changes meanwhile stays. A window that is taken away keeps its seasons \
            in Redis until they expire, and nobody is shown them, so it asks; where nobody can be asked it needs --yes. Made again \
            with the reset and the time zone that it had, the window shows them again.
            """
    )

    @OptionGroup var service: OperatorService
    @OptionGroup var name: NameArgument
    @OptionGroup var members: DefinitionOptions
    @OptionGroup var consent: Consent

    func validate() throws {
        guard !members.isEmpty else { throw ValidationError("Say what is to be changed: see --help.") }
    }

    func run() async throws {
        let definitions = DefinitionService(service)
        let old = try await definitions.existing(name.name).definition
        var new = old
        try members.apply(to: &new, of: name.name)
        guard try isAgreed(old, new) else { return }
        let changed = try await definitions.change(name.name) { try members.apply(to: &$0, of: name.name) }
        let changes = changed.new.changes(from: changed.old)
        guard !changes.isEmpty else { return print("\(name.name) is so already.") }
        print("\(name.name): \(changes.joined(separator: ", ").printable), version \(changed.new.version.printable).")
    }
}

extension BoardChange {
    /// Says what a trial would change, and asks before a window goes.
    private func isAgreed(_ old: BoardDefinition, _ new: BoardDefinition) throws -> Bool {
        let changes = new.changes(from: old)
        let gone = old.windows.seasonal.map(\.name).filter { name in
            !new.windows.seasonal.contains { $0.name == name }
        }
        if consent.dryRun || !gone.isEmpty {
            let words = changes.isEmpty ? "nothing to change" : changes.joined(separator: ", ")
            print("\(name.name): \(words.printable).")
        }
        guard !gone.isEmpty else { return !consent.dryRun }
        let names = gone.map(\.description).joined(separator: ", ")
        print("Nobody is shown the seasons of \(names) any more; they stay in Redis until they expire.")
        return try consent.isGiven("Take \(names) away?")
    }
}
