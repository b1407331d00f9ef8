import ArgumentParser
import Board
import Leaderboard
import LeaderboardService

/// `leaderboard admin change-ties TIES --reason TEXT [--board NAME] [--dry-run | --yes]`
struct AdminChangeTies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-ties",
        abstract: "Give a board that has users other ties: id, shared, dense, first or last.",
        discussion: """
            While the service runs, and updates go on: the users are loaded beside the board in the layout that the new ties need, and take \
            its place at once, with the definition. Where nobody knows who reached a score first (the ties were id, shared or dense), equals \
            keep the order that they have, and who comes later comes behind them (first) or before them (last). Who was interrupted asks \
            again: until it is done, nothing has changed. A backup of before is the way back to an order that is lost; \
            id and shared forget who came first.

            A board with first, last or dense is changed by the service and the functions alone: a service that writes lb:{board}:scores \
            itself (ZINCRBY, ZADD) must have stopped before. So must releases of before there were boards.
            """
    )

    @Argument(help: "The new ties.")
    var ties: BoardDefinition.Ties

    @Option(help: ArgumentHelp("Why, for the audit.", valueName: "text"))
    var reason: String

    @OptionGroup var consent: Consent

    @OptionGroup var board: BoardOption

    func run() async throws {
        let (consent, ties, id) = (consent, ties, board.board)
        let act = try OperatorAct.onThisMachine(reason)
        try await onRedis { settings in
            try await BoardAccess.open(settings, startsServer: false) { catalogue, eventLoop, _ in
                let held = try await catalogue.held(.board(id), on: eventLoop)
                guard let old = held.definition else {
                    throw failed("nobody has defined a board \(id)", code: 2)
                }
                guard old.ties != ties else { return print("The ties of \(id) are \(ties.rawValue) already.") }
                let users = try await catalogue.users(of: id, held, on: eventLoop).counted("user")
                print("\(id) has \(users); its ties are \(old.ties.rawValue).")
                var question = "Change them to \(ties.rawValue)?"
                if !ties.isPlain { question += " No other service may write the board's sorted set from now on." }
                guard try consent.isGiven(question) else { return }
                let changed = try await catalogue.changeTies(of: id, to: ties, by: act, on: eventLoop)
                print("The ties of \(id) are \(changed.ties.rawValue), version \(changed.version) of its definition.")
            }
        }
    }
}
