import ArgumentParser
import Board
import Leaderboard
import LeaderboardService

extension BoardDefinition.Ties: ExpressibleByArgument {}

/// `leaderboard admin change-ties TIES --reason TEXT [--board NAME] [--dry-run | --yes]`
struct AdminChangeTies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-ties",
        abstract: "Give a board that has users other ties: id, shared, dense, first or last.",
        discussion: """
            While the service runs, and updates go on: the users are loaded beside the board in the layout that the new ties need, and take \
            its place at once, with the definition. Where nobody knows who reached a score first (the ties were id, shared or dense), equals \
            keep the order that they have, and who comes later comes behind them (first) or before them (last). It shows what will be loaded, \
            and asks. Who was interrupted asks again half a minute later: until it is done, nothing has changed. A backup of before is the way back to an order that is lost; \
            id and shared forget who came first.

            A board with first, last or dense is changed by the service and the functions alone: a service that writes lb:{board}:scores \
            itself (ZINCRBY, ZADD) must have stopped before. So must releases of before there were boards.
            """
    )

    @Argument(help: "The new ties.")
    var ties: BoardDefinition.Ties

    @OptionGroup var consent: ReasonedConsent

    @OptionGroup var board: BoardOption

    func run() async throws {
        let (consent, ties, id) = (consent, ties, board.board)
        let act = try OperatorAct.onThisMachine(consent.reason)
        try await onRedis { settings in
            try await BoardAccess.open(settings, startsServer: false) { catalogue, eventLoop, _ in
                let held = try await catalogue.held(.board(id), on: eventLoop)
                guard let old = held.definition else {
                    throw failed("nobody has defined a board \(id)", code: 2)
                }
                guard old.ties != ties else { return print("The ties of \(id) are \(ties.rawValue) already.") }
                let preview = try await catalogue.tiesPreview(of: id, held, to: ties, on: eventLoop)
                for line in preview.lines(of: id, from: old.ties, to: ties) { print(line) }
                var question = "Change them to \(ties.rawValue)?"
                if !ties.isPlain { question += " No other service may write the board's sorted set from now on." }
                guard try consent.isGiven(question) else { return }
                let changed = try await catalogue.changeTies(of: id, to: ties, by: act, on: eventLoop)
                print("The ties of \(id) are \(changed.ties.rawValue), version \(changed.version) of its definition.")
            }
        }
    }
}

extension TiesPreview {
    /// What it will do, for who is to agree to it.
    fileprivate func lines(of id: BoardID, from old: BoardDefinition.Ties, to new: BoardDefinition.Ties) -> [String] {
        let suspended = withheld > 0 ? ", and \(withheld.counted("suspended user"))" : ""
        var lines = [
            "\(id) has \(users.counted("user"))\(suspended); its ties are \(old.rawValue): \(old.meaning).",
            "They become \(new.rawValue): \(new.meaning).",
        ]
        if new.isByArrival, !old.isByArrival { lines.append("Equals keep the order that they have now.") }
        if old.isByArrival, !new.isByArrival { lines.append("Who came first is forgotten.") }
        if old.isByArrival, new.isByArrival { lines.append("The order of equals turns round.") }
        guard !keys.isEmpty else { return lines + ["Nothing is loaded: only the definition changes."] }
        lines.append(
            "They are loaded into \(keys.joined(separator: " and ")), which take about \(bytes.inBytes) of Redis' memory "
                + "until they take the board's place, at once."
        )
        lines.append("Updates go on meanwhile; viewers get a snapshot when it is done.")
        return lines
    }
}

extension BoardDefinition.Ties {
    /// Among equals.
    fileprivate var meaning: String {
        switch self {
        case .id: "equals stand by their ids, each with a rank (1 2 3)"
        case .shared: "equals stand by their ids and share a rank (1 1 3)"
        case .dense: "equals stand by their ids and share a rank, the next one follows (1 1 2)"
        case .first: "who reached a score first is ahead (1 2 3)"
        case .last: "who reached a score last is ahead (1 2 3)"
        }
    }
}

extension Int {
    /// `198 bytes`, `20 KB`, `3 MB`.
    fileprivate var inBytes: String {
        if self < 10_000 { return counted("byte") }
        return self < 10_000_000 ? "\(self / 1000) KB" : "\(self / 1_000_000) MB"
    }
}
