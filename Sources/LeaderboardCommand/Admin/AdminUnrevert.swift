import ArgumentParser
import FoundationEssentials
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// `leaderboard admin unrevert (--revert N … | --seq N | --user ID [--since TIME] [--until TIME]) --reason TEXT [--dry-run | --yes]`
struct AdminUnrevert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unrevert",
        abstract: "Undo reverts: what they took back counts again.",
        discussion: """
            Either all that reverts took, by the seqs of their entries in the audit; or one update by its seq; or a user's updates of a time. A time is given in \
            milliseconds since 1970, or as 2026-11-25T04:00:00Z. The score becomes what the user's audit comes to with them, and among equals the user stands as if \
            they had never been taken back, as far as the audit tells; who had left the board is on it again; so in each season that they counted in, \
            as long as that is kept. Asking again brings back nothing twice. With --all-boards it looks at every board that there is, also where the \
            user has no score now. It shows the score that will stand, and asks; where nobody can be asked it needs --yes.
            """
    )

    @OptionGroup var service: AdminService

    @Option(help: ArgumentHelp("A revert of which all is undone; may be given several times.", valueName: "number"))
    var revert: [Int] = []

    @OptionGroup var meant: MeantUpdates

    @OptionGroup var consent: ReasonedConsent

    func validate() throws {
        guard [!revert.isEmpty, meant.seq != nil, meant.user != nil].filter(\.self).count == 1 else {
            throw ValidationError("Give one of --revert, --seq and --user.")
        }
        try meant.check(service.board)
    }

    func run() async throws {
        let body = Body(
            reverts: revert.isEmpty ? nil : revert,
            seq: meant.seq,
            user_id: meant.user,
            since: meant.since,
            until: meant.until,
            reason: consent.given?.text
        )
        if meant.boards.allBoards, let user = meant.user {
            return try await undoAll(try await UserBoards(of: user, service.service, isEvery: true), body)
        }
        let preview = try await service.ask(.POST, "/audit/unrevert/preview", body, as: Answer.self)
        print(preview.line(isDone: false))
        guard preview.updates > 0, try consent.isGiven("Make them count again?") else { return }
        print(try await service.ask(.POST, "/audit/unrevert", body, as: Answer.self).line(isDone: true))
    }

    /// First it shows what it would do on each, and asks once. Who had nothing left on a board is not on it.
    private func undoAll(_ every: UserBoards, _ body: Body) async throws {
        var (found, rows): (UserBoards, [UserBoards.Row]) = (every, [])
        let (service, json) = (service.service, ByteBuffer(bytes: try JSONEncoder().encode(body)))
        await found.visit(atOnce: { _, board -> Answer? in
            let answer = try await service.send(.POST, board + "/audit/unrevert/preview", json: json)
            if answer.code == "user_not_found" { return nil }
            return try JSONDecoder().decode(Answer.self, from: Data(answer.success().readableBytesView))
        }) { row, preview in
            guard let preview, preview.updates > 0 else { return nil }
            rows.append(row)
            return preview.line(isDone: false)
        }
        writeToStandardError("Looked at \(every.rows.count.counted("board")).\n")
        guard !rows.isEmpty else {
            print("nothing of \(every.user.printable) is taken back that could count again.")
            return try found.check()
        }
        guard try consent.isGiven("Make them count again?") else { return try found.check() }
        await found.visit(rows) { _, board in
            try await self.service.ask(.POST, at: board + "/audit/unrevert", body, as: Answer.self).line(isDone: true)
        }
        try found.check()
    }

    private struct Body: Encodable {
        let reverts: [Int]?
        let seq: Int?
        let user_id: String?
        let since: String?
        let until: String?
        let reason: String?
    }

    private struct Answer: Decodable {
        let user_id: String
        let updates: Int
        /// By how much the score rises.
        let points: Int
        /// Nil: the user is not on the board then.
        let score: Int?
        /// Nil: of none that was over.
        let final_seasons: [String]?

        func line(isDone: Bool) -> String {
            let whose = user_id.printable
            guard updates > 0 else { return "nothing of \(whose) is taken back that could count again." }
            let count = isDone ? (updates == 1 ? "counts again" : "count again") : "would count again"
            let final = FinalSeasonWords.text(final_seasons).map { " Also in \($0)." } ?? ""
            guard let score else { return "\(updates.counted("update")) of \(whose) \(count).\(final)" }
            let distance = Int(clamping: points.magnitude).counted("point")
            let change = points == 0 ? "as before" : "\(distance) \(points < 0 ? "less" : "more")"
            return
                "\(updates.counted("update")) of \(whose) \(count): the score \(isDone ? "is" : "would be") \(score), \(change).\(final)"
        }
    }
}
