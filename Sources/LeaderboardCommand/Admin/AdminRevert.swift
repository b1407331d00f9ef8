import ArgumentParser
import Leaderboard
import NIOHTTP1
import Text

/// `leaderboard admin revert (--user ID [--since TIME] [--until TIME] | --seq N) --reason TEXT [--dry-run | --yes]`
struct AdminRevert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Take back what updates made of a score, each once.",
        discussion: """
            Either one update by its seq, or a user's updates of a time, as far as the audit reaches. A time is given in \
            milliseconds since 1970, or as 2026-11-25T04:00:00Z. The score becomes what the user's other updates make: increases and \
            decreases added up within the board's bounds (of one that a bound held, all that it asked for), the last `set`, the best `best`. What \
            changed nothing when it came (a run that was not better, a `set` to the same, points of which a bound held all) is not in the \
            audit, and does not come back. Who has no update left leaves the board; \
            only who added or took away points (`incr`, `decr`), where no score can be below 0 and the greatest is best, stays with 0. Among equals, who is put back to a score has come to it with the revert. \
            Seasons in which an update counted lose it, those that are over and kept, too. \
            Asking again takes back nothing twice. It shows the score that will stand, and asks; where nobody can be asked it needs --yes.
            """
    )

    @OptionGroup var service: AdminService

    @OptionGroup var meant: MeantUpdates

    @OptionGroup var consent: ReasonedConsent

    func validate() throws {
        guard (meant.user == nil) != (meant.seq == nil) else { throw ValidationError("Give either --user or --seq.") }
        try meant.check(service.board)
    }

    func run() async throws {
        let body = Body(
            user_id: meant.user,
            since: meant.since,
            until: meant.until,
            seq: meant.seq,
            reason: consent.given?.text
        )
        if meant.boards.allBoards, let user = meant.user {
            return try await revertAll(try await UserBoards(of: user, service.service), body)
        }
        let preview = try await service.ask(.POST, "/audit/revert/preview", body, as: Answer.self)
        print(preview.line(" of \(preview.user_id.printable)", isDone: false))
        guard preview.updates > 0, try consent.isGiven("Take them back?") else { return }
        let answer = try await service.ask(.POST, "/audit/revert", body, as: Answer.self)
        print(answer.line(" of \(answer.user_id.printable)", isDone: true))
    }

    /// First it shows what it would do on each, and asks once.
    private func revertAll(_ found: UserBoards, _ body: Body) async throws {
        // As the service says it of one board.
        guard !found.isNowhere else { throw CommandFailure("user_not_found: This user is on no board.") }
        print("\(found.user.printable) is on \(found.rows.count.counted("board")).")
        var rows: [UserBoards.Row] = []
        try await found.forEach { row, board in
            let preview = try await service.ask(.POST, at: board + "/audit/revert/preview", body, as: Answer.self)
            if preview.updates > 0 { rows.append(row) }
            return preview.line(isDone: false)
        }
        guard !rows.isEmpty, try consent.isGiven("Take them back?") else { return }
        try await found.forEach(rows) { _, board in
            let answer = try await service.ask(.POST, at: board + "/audit/revert", body, as: Answer.self)
            return answer.line(isDone: true)
        }
    }

    private struct Body: Encodable {
        let user_id: String?
        let since: String?
        let until: String?
        let seq: Int?
        let reason: String?
    }

    private struct Answer: Decodable {
        let user_id: String
        let updates: Int
        /// By how much the score falls.
        let points: Int
        /// Nil: the user is not on the board then.
        let score: Int?
        /// Nil: none loses any of it.
        let final_seasons: [String]?

        /// - Parameter whose: ` of ada`, or nothing.
        func line(_ whose: String = "", isDone: Bool) -> String {
            guard updates > 0 else { return "nothing\(whose) to take back." }
            let done = isDone ? "taken back" : "to be taken back"
            let final = FinalSeasonWords.text(final_seasons).map { " Also in \($0)." } ?? ""
            return "\(updates.counted("update"))\(whose) \(done): \(outcome(isDone: isDone))\(final)"
        }

        private func outcome(isDone: Bool) -> String {
            guard let score else {
                return "nothing is left, the user \(isDone ? "has left" : "would leave") the board."
            }
            let distance = Int(clamping: points.magnitude).counted("point")
            let change = points == 0 ? "as before" : "\(distance) \(points < 0 ? "more" : "less")"
            return "the score \(isDone ? "is" : "would be") \(score), \(change)."
        }
    }
}
