import Leaderboard
import NIOCore
import RedisClient

/// Looks at every board, or at one of them wholly, for the ``Doctor``. Writes nothing.
struct BoardsExamination: Sendable {
    private let boards: BoardExamination
    private let wanted: BoardID?

    /// Boards that are looked at side by side; and those that are told by name, of each kind of fault.
    private static let atOnce = 50
    private static let shown = 10

    /// - Parameter wanted: nil: all boards.
    init(_ redis: RedisConnections, _ space: KeySpace, wanted: BoardID?) {
        self.wanted = wanted
        boards = BoardExamination(redis, space)
    }

    func findings(on eventLoop: any EventLoop) async -> [Finding] {
        if let wanted, await !boards.isThere(wanted, on: eventLoop) {
            return [.bad("board", "nobody has defined a board \(wanted)", do: "leaderboard board list has the names")]
        }
        // Who may not read the index has main, as before; which right is missing is told by itself.
        var names: [BoardID] = [.main]
        if let wanted { names = [wanted] } else if let all = await boards.boards(on: eventLoop) { names = all }
        var found = Found()
        for start in stride(from: 0, to: names.count, by: Self.atOnce) {
            let some = Array(names[start..<min(start + Self.atOnce, names.count)])
            let conditions = await some.mapAllAtOnce { id in
                await boards.condition(of: id, isWhole: wanted != nil, on: eventLoop)
            }
            // Without our functions nobody tells, and that is told by itself.
            for condition in conditions.compactMap(\.self) { found.note(condition, boards.keys(of: condition.board)) }
        }
        var findings = found.findings(shown: Self.shown)
        if let finding = await index(on: eventLoop) { findings.append(finding) }
        return findings
    }

    /// Whether the index has every definition. Nil: it has.
    private func index(on eventLoop: any EventLoop) async -> Finding? {
        if let wanted {
            guard await boards.isIndexed(wanted, on: eventLoop) == false else { return nil }
            return Self.unindexed(["\(wanted)"], isPartial: false)
        }
        guard let unindexed = await boards.unindexed(on: eventLoop) else {
            return .good(
                "index",
                "not compared with the definitions: this user may not SCAN, or a primary of the cluster does not answer"
            )
        }
        guard !unindexed.names.isEmpty else { return nil }
        return Self.unindexed(unindexed.names, isPartial: unindexed.isPartial)
    }

    private static func unindexed(_ names: [String], isPartial: Bool) -> Finding {
        let more = names.count > shown ? " and \(names.count - shown) more" : ""
        return .bad(
            "index",
            "boards that the index does not have are passed over by whatever looks at all boards: "
                + names.prefix(shown).joined(separator: ", ") + more
                + (isPartial ? "; there are more keys than were looked at" : ""),
            do:
                "leaderboard board show NAME puts each back, and board apply FILE those of the file; a board that is in use comes back "
                + "within a minute"
        )
    }

    /// What to tell, by kind: the boards of each by name, the first of them in words.
    private struct Found {
        private var count = 0
        private var isPartial = false
        private var unsound: [Finding] = []
        private var movedAway: [String] = []
        private var movedMembers = 0
        private var erasing: [String] = []
        private var strays: [String] = []
        private var stamps: [String] = []
        private var intakes = IntakeFindings()
        private var segments: [String] = []

        mutating func note(_ condition: BoardCondition, _ keys: BoardKeys) {
            count += 1
            isPartial = isPartial || condition.isPartial
            let name = condition.board
            if !condition.stopUpdates.isEmpty {
                unsound.append(Self.unsound(name, condition.stopUpdates, "no update is taken"))
            }
            if !condition.stopOperations.isEmpty {
                unsound.append(
                    Self.unsound(
                        name,
                        condition.stopOperations,
                        "operations on users are refused, or members that are no user ids stay"
                    )
                )
            }
            // That of main is told beside what the environment says.
            if let key = condition.unreadable, name != .main {
                unsound.append(
                    .bad(
                        "board",
                        "\(key) holds no definition of a board: no update of \(name) is taken",
                        do:
                            "delete the key, then leaderboard board create \(name) with what it was, or admin restore a backup"
                    )
                )
            }
            if condition.isLost {
                unsound.append(
                    .bad(
                        "board",
                        "the definition of \(name) (\(keys.board)) is missing, and its scores or its audit are there",
                        do: BoardAccess.remedy(ofLost: name)
                    )
                )
            }
            if condition.lacksFrozenRows {
                unsound.append(
                    .bad(
                        "board",
                        "\(name) is frozen, and what it shows meanwhile (\(keys.frozen)) is lost: everybody sees it empty",
                        do:
                            "restore a backup of since, or leaderboard admin reveal and freeze: then it shows how it stands now"
                    )
                )
            }
            intakes.note(condition.intake, keys)
            if condition.movedAway > 0 { movedAway.append("\(condition.movedAway) to \(keys.foreign)") }
            movedMembers = movedMembers.addingReportingOverflow(condition.movedAway).partialValue
            if condition.erasing > 0 { erasing.append("\(condition.erasing) on \(name)") }
            if condition.strays > 0 { strays.append("\(condition.strays) on \(name)") }
            if condition.segmentFaults > 0 { segments.append("\(condition.segmentFaults) on \(name)") }
            if condition.stampsOfNobody > 0 { stamps.append("\(condition.stampsOfNobody) in \(keys.at)") }
        }

        private static func unsound(_ name: BoardID, _ keys: [String], _ consequence: String) -> Finding {
            .bad(
                "board",
                "something else than the board's, or an audit that takes no entry, stands in \(keys.joined(separator: ", ")): \(consequence)",
                do: "look at it (TYPE, XREVRANGE), see who wrote it, and rename it away"
            )
        }

        func findings(shown: Int) -> [Finding] {
            var findings = Array(unsound.prefix(shown))
            if unsound.count > shown {
                findings.append(
                    .bad(
                        "board",
                        "and \(unsound.count - shown) more of the kind on other boards",
                        do: "mend these, and ask again"
                    )
                )
            }
            if !movedAway.isEmpty {
                findings.append(
                    .advice(
                        "board",
                        "\(movedMembers) members that are no user ids were moved from boards: \(Self.list(movedAway, shown))",
                        do: "see who writes them (ZRANGE KEY 0 9), mend that, and take them away with ZREM"
                    )
                )
            }
            if !erasing.isEmpty {
                findings.append(
                    .advice(
                        "board",
                        "users whose erasure goes on, or was interrupted: \(Self.list(erasing, shown))",
                        do:
                            "leaderboard admin verify --board NAME names them, and leaderboard admin erase does the rest"
                    )
                )
            }
            if !strays.isEmpty {
                findings.append(
                    .advice(
                        "board",
                        "members that stand for no user are on boards: \(Self.list(strays, shown))",
                        do:
                            "a running service moves them away, where it meets them; or leaderboard admin verify --board NAME says what to do"
                    )
                )
            }
            if !stamps.isEmpty {
                findings.append(
                    .advice(
                        "board",
                        "stamps of users who stand nowhere: \(Self.list(stamps, shown))",
                        do: "somebody took the users away: leaderboard admin rebuild --board NAME puts them back"
                    )
                )
            }
            findings += intakes.findings(shown: shown)
            if !segments.isEmpty {
                findings.append(
                    .advice(
                        "board",
                        "users or totals in segments that are not what the board has: \(Self.list(segments, shown))",
                        do:
                            "leaderboard admin verify --board NAME says which, and leaderboard admin rebuild puts them right"
                    )
                )
            }
            if findings.isEmpty, count > 1 {
                let depth =
                    isPartial
                    ? " (of the longer ones a part was looked at: doctor --board NAME looks at all of one)" : ""
                findings.append(.good("board", "\(count) boards are as they must be\(depth)"))
            }
            return findings
        }

        private static func list(_ all: [String], _ shown: Int) -> String {
            BoardsExamination.list(all, shown)
        }
    }

    static func list(_ all: [String], _ shown: Int) -> String {
        let some = all.prefix(shown).joined(separator: ", ")
        return all.count > shown ? "\(some) and \(all.count - shown) more" : some
    }
}
