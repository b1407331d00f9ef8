import Text
import ArgumentParser
import Leaderboard
import NIOCore

/// `leaderboard board …`
struct BoardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract:
            "Define boards: list, show, create, change, delete; apply a file of definitions; end seasons, see what rules met, export and import rows.",
        discussion: """
            Asks a running service (--url), with a token of the scope leaderboard:admin in LEADERBOARD_ADMIN_TOKEN (see leaderboard \
            admin --help). A name that ends in * is a template: the first update of a board whose name begins so makes that board.
            """,
        subcommands: [
            BoardList.self, BoardShow.self, BoardCreate.self, BoardChange.self, BoardDelete.self, BoardApply.self,
            BoardReset.self, BoardRules.self, BoardExportCommand.self, BoardImport.self,
        ]
    )
}

/// `leaderboard board list [--json]`
struct BoardList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List boards and templates; with --json as a file that apply takes."
    )

    @OptionGroup var service: OperatorService

    @Flag(help: "Print the definitions as a JSON list.")
    var json = false

    func run() async throws {
        let definitions = DefinitionService(service)
        var after: String?
        var isFirst = true
        var unreadable: [String] = []
        if json { print("[", terminator: "") }
        repeat {
            let page = try await definitions.page(after: after)
            for named in page.definitions {
                if json {
                    print(isFirst ? "\n" : ",\n", terminator: "")
                    print(named.json.printableJSON, terminator: "")
                } else {
                    print(named.line)
                }
                isFirst = false
            }
            unreadable += page.unreadable
            after = page.next
        } while after != nil
        if json { print("\n]") }
        guard unreadable.isEmpty else {
            throw CommandFailure(
                "of \(unreadable.joined(separator: ", ").printable) the definition cannot be read: leaderboard board create NAME … "
                    + "with the rules that it had puts another in its place"
            )
        }
    }
}

/// `leaderboard board show NAME`
struct BoardShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print one definition, as JSON."
    )

    @OptionGroup var service: OperatorService
    @OptionGroup var name: NameArgument

    func run() async throws {
        let held = try await DefinitionService(service).existing(name.name)
        print(held.json.printableJSON)
    }
}

/// `leaderboard board create NAME [--order asc] …`
struct BoardCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a board, or a template; what is not said is as by default."
    )

    @OptionGroup var service: OperatorService
    @OptionGroup var name: NameArgument
    @OptionGroup var members: DefinitionOptions

    @Flag(help: "Show what it would make, and make nothing.")
    var dryRun = false

    func run() async throws {
        var definition = BoardDefinition()
        try members.apply(to: &definition, of: name.name)
        if dryRun {
            if try await DefinitionService(service).held(name.name) != nil {
                throw CommandFailure("there is a definition \(name.name) already")
            }
            return print(String(buffer: definition.shown(as: name.name)).printableJSON)
        }
        let made = try await DefinitionService(service).put(definition, as: name.name, replacing: nil)
        print("\(name.name) is made, version \(made.version.printable).")
    }
}

/// `leaderboard board delete NAME [--data] [--dry-run | --yes]`
struct BoardDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a definition, and with --data the board: scores, audit and all.",
        discussion: """
            Without --data a board that has scores or an audit stays. This cannot be undone, so it asks; where nobody can be asked it \
            needs --yes. What was interrupted is ended by asking again. Of main, which is always there, only the definition is deleted: \
            what the environment says holds again.
            """
    )

    @OptionGroup var service: OperatorService
    @OptionGroup var name: NameArgument

    @Flag(help: "Delete what is kept of the board as well, its audit too.")
    var data = false

    @OptionGroup var consent: Consent

    func run() async throws {
        let (definitions, isMain) = (DefinitionService(service), name.name == .board(.main))
        if isMain, data { throw CommandFailure("the board main is always there: only its definition can be deleted") }
        let held = try await definitions.held(name.name)
        let isThere = held != nil
        // Of what the environment says.
        if isMain, held?.definition.version == "0" { throw CommandFailure("main has no definition of its own") }
        // What is being deleted has no definition: asked for again, that is ended.
        guard isThere || !consent.dryRun else { throw CommandFailure("there is no definition \(name.name)") }
        if isThere {
            let staysWithData = !data && !isMain
            if staysWithData, try await !definitions.isEmpty(name.name) {
                throw CommandFailure(
                    "\(name.name) has scores or an audit: with --data they are deleted as well, for good"
                )
            }
            let what = data ? "\(name.name), its scores and its audit" : "the definition of \(name.name)"
            print("To be deleted: \(what).")
            guard try consent.isGiven("Delete it? This cannot be undone.") else { return }
        }
        try await definitions.delete(name.name, withData: data)
        print(
            isMain ? "The definition of main is deleted: what the environment says holds." : "\(name.name) is deleted."
        )
    }
}

/// The name of a board or a template.
struct NameArgument: ParsableArguments {
    @Argument(help: "The board's name, or a template's, such as level-*.", transform: Self.name)
    var name: DefinitionName

    private static func name(_ text: String) throws -> DefinitionName {
        do { return try DefinitionName(text) } catch { throw ValidationError("\(error)") }
    }
}
