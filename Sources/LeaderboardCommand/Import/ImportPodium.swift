import ArgumentParser
import Board
import FoundationEssentials
import Leaderboard
import LeaderboardService
import NIOCore
import RedisClient
import Seasons
import Text

/// `leaderboard import podium URL [--order asc] … --reason TEXT [--dry-run | --yes]`
struct ImportPodium: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "podium",
        abstract: "Take over the leaderboards of a Podium (topfreegames/podium), from its Redis.",
        discussion: """
            Each sorted set becomes a board of its name, on which updates set, increase and decrease, and equals stand by their ids, as there. \
            Podium keeps no order: it is asked with each read, and desc if nothing is said; --order says it, for all that are taken.

            Where a name ends in a season that runs (-year2026week49, -year2026month12, -year2026quarter04, -year2026), the board has the name before that, with a window that begins anew \
            as the names do, in UTC; the seasons before, and spans (-from…to…), become boards of their own names. Scores that expire by themselves \
            do not here: how many there are is told.

            Give the URL as - to have it read from standard input: a password in it is seen by nobody else then.
            """
    )

    @Argument(
        help:
            "redis://[user:password@]host:port[/database], rediss://…, unix://…, redis+cluster://…; - for standard input."
    )
    var url: String

    @Option(
        help: ArgumentHelp("Which score is best there: the greatest, or the least.", valueName: "desc|asc"),
        transform: Self.order
    )
    var order: BoardDefinition.Order = .desc

    @OptionGroup var options: ForeignOptions

    private static func order(_ text: String) throws -> BoardDefinition.Order {
        guard let order = BoardDefinition.Order(rawValue: text) else {
            throw ValidationError("--order takes desc or asc.")
        }
        return order
    }

    func run() async throws {
        let text = url == "-" ? readLine(strippingNewline: true) ?? "" : url
        let endpoint: RedisEndpoint
        do { endpoint = try RedisEndpoint(url: text) } catch { throw ValidationError("\(error)") }
        let (options, order) = (options, order)
        let names = try options.names()
        try await RedisVisit.open(endpoint) { redis, eventLoop in
            let source = PodiumRedis(redis, on: eventLoop)
            var faults = ForeignFaults()
            let moment = Int(clamping: Date.now.timeIntervalSince1970 * 1_000_000)
            let boards = try await PodiumBoards(names, order, at: moment).read(source, &faults)
            let rows = PodiumRows(redis: source, names: boards.map(\.name))
            var work = ForeignImport(boards, rows, faults: faults, options)
            try await work.run()
        }
    }
}

/// Which boards a Podium's leaderboards become.
struct PodiumBoards {
    private let names: ForeignNames
    private let order: BoardDefinition.Order
    private let moment: Int

    init(_ names: ForeignNames, _ order: BoardDefinition.Order, at moment: Int) {
        self.names = names
        self.order = order
        self.moment = moment
    }

    func read(_ source: PodiumRedis, _ faults: inout ForeignFaults) async throws -> [ForeignBoard] {
        let all = names.only.isEmpty ? try await source.names() : names.only.sorted()
        guard !all.isEmpty else { throw CommandFailure("there is no sorted set in this Redis: is it Podium's?") }
        var (boards, takenBy): ([ForeignBoard], [BoardID: String]) = ([], [:])
        let (known, parsed) = (Set(all), all.map { PodiumName($0) })
        let running = parsed.filter { $0.runs(at: moment) }.reduce(into: [String: Int]()) { counts, name in
            if let series = name.series { counts[series.base, default: 0] += 1 }
        }
        var named = known
        for (name, parsedName) in zip(all, parsed) {
            guard try await source.isSortedSet(name) else {
                faults.tell(ForeignFault("\(name): there is no such sorted set"))
                continue
            }
            do throws(ForeignFault) {
                // Of two that run, as a week and a month, neither has the name before the season.
                let base = parsedName.series?.base ?? ""
                let isAlone = running[base] == 1 && !known.contains(base)
                if isAlone { named.insert(base) }
                var board = try board(parsedName, takesBase: isAlone)
                if let other = takenBy.updateValue(name, forKey: board.board) {
                    throw ForeignFault("\(name): \(board.board) is what \(other) becomes; say --board \"\(name)=…\"")
                }
                board.notes += await notes(on: name, source)
                boards.append(board)
            } catch { faults.tell(error) }
        }
        for fault in names.faults(taken: named) { faults.tell(fault) }
        return boards
    }

    /// - Parameter takesBase: it has the name before its season, if that runs.
    private func board(_ name: PodiumName, takesBase: Bool) throws(ForeignFault) -> ForeignBoard {
        var definition = BoardDefinition()
        definition.order = order
        definition.usualOperator = .set
        definition.operators = [.set, .incr, .decr]
        guard let series = name.series, takesBase, name.runs(at: moment),
            let window = WindowName(series.window), let reset = try? Reset(series.reset)
        else {
            var board = ForeignBoard(name: name.text, board: try names.board(for: name.text), definition: definition)
            if name.isSeasonal {
                board.notes = ["the season in its name is none here: the board goes on until you delete it"]
            }
            return board
        }
        definition.windows.seasonal = [WindowRule(name: window, reset: reset)]
        let isNamed = names.boards[name.text] != nil
        return ForeignBoard(
            name: name.text,
            board: try names.board(for: isNamed ? name.text : series.base),
            definition: definition,
            notes: [
                "its season runs: it is that of the window \(window), and the window all begins with the same scores",
                "services that send updates leave the season out of the name from now on",
            ]
        )
    }

    private func notes(on name: String, _ source: PodiumRedis) async -> [String] {
        var notes: [String] = []
        if let seconds = try? await source.lifetime(of: name) {
            notes.append("Podium forgets it in \((seconds / 3600).counted("hour")); here it stays")
        }
        if let count = try? await source.expiring(of: name), count > 0 {
            notes.append("scores that expire by themselves there, and not here: \(count)")
        }
        return notes
    }
}
