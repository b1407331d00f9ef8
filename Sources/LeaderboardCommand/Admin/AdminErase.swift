import ArgumentParser
import NIOHTTP1
import Text

/// `leaderboard admin erase USER --reason TEXT [--dry-run | --yes]`
struct AdminErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a user: score, scores in seasons, token bucket, stored outcomes, and the name in the audit.",
        discussion: """
            This cannot be undone: it shows what is kept of the user, and asks; where nobody can be asked it needs --yes. A suspension stays; reinstate the user to end it. So does the name where the user acted as \
            operator, and, until it is rewritten (BGREWRITEAOF), in Redis' append-only file. With --all-boards it looks at every board that there is, also where the user has no \
            score now: it reads the audit and the seasons of each, which takes its time where there are many.
            """
    )

    @OptionGroup var service: AdminService

    @Argument(help: "The user's id.")
    var user: String

    @OptionGroup var boards: AllBoardsOption

    @OptionGroup var consent: ReasonedConsent

    func validate() throws { try boards.check(service.board) }

    func run() async throws {
        let path = "/users/\(user.percentEncoded())"
        if boards.allBoards { return try await eraseAll(path) }
        let kept = try await service.ask(.GET, path + "/export", as: KeptOfUser.self)
        print("\(user.printable) has \(kept.line).")
        if kept.isNothing { print("Nothing is kept of this name: is it spelt as the game spells it?") }
        guard try consent.isGiven(Self.question) else { return }
        let answer = try await service.ask(.DELETE, path, Reasoned(reason: consent.reason), as: Answer.self)
        print("\(user.printable) is erased; \(answer.entries).")
    }

    /// First it shows what is kept on each, and asks once. What a board keeps, only its audit and its seasons tell.
    private func eraseAll(_ path: String) async throws {
        var found = try await UserBoards(of: user, service.service, isEvery: true)
        var (rows, known): ([UserBoards.Row], Int) = ([], 0)
        let (service, reason) = (service, consent.reason)
        await found.visit(atOnce: { _, board in
            try await service.ask(.GET, at: board + path + "/export", as: KeptOfUser.self)
        }) { row, kept in
            if kept.isErasable { rows.append(row) }
            if kept.isNothing { return nil }
            known += 1
            return kept.line
        }
        print(found.lookedAt(keptOn: known))
        guard !rows.isEmpty, try consent.isGiven(Self.question) else { return try found.check() }
        await found.visit(
            rows,
            atOnce: { _, board in
                try await service.ask(.DELETE, at: board + path, Reasoned(reason: reason), as: Answer.self)
            }
        ) { _, answer in "erased; \(answer.entries)" }
        try found.check()
    }

    private static let question = "Erase all of it? This cannot be undone."

    private struct Answer: Decodable, Sendable {
        let pseudonym: String
        let audit_entries: Int

        var entries: String {
            "\(audit_entries.counted("audit entry now names", "audit entries now name")) \(pseudonym.printable)"
        }
    }
}
