import Foundation
import TestSupport
import Testing

@testable import Leaderboard

@Suite("The reason of an operator's command", .timeLimit(.minutes(5)))
struct ReasonCommandTests {
    @Test(
        "is text with something to see, by whichever way it comes",
        arguments: [
            ("r", true), ("lost disk", true), (" x ", true), ("💣", true), ("é", true), (".", true), ("理由", true),
            ("", false), (" ", false), ("  \u{A0}", false), ("\u{3000}", false), ("\u{2003}\u{2009}", false),
            ("\u{3164}", false), ("\u{115F}\u{1160}", false), ("\u{FFA0}", false), ("\u{2800}", false),
            ("\u{34F}", false), ("\u{FE0F}", false), ("\u{301}", false), ("\u{200B}", false), ("\u{202E}x", false),
            ("\u{AD}", false), ("a\nb", false), ("\t", false), ("\u{E0041}", false), ("\u{E000}", false),
            (String(repeating: "x", count: 500), true), (String(repeating: "x", count: 501), false),
        ]
    )
    func text(text: String, isTaken: Bool) {
        #expect(((try? AuditReason(text)) != nil) == isTaken)
    }

    private static let asking = [
        "admin revert --seq 1", "admin unrevert --seq 1", "admin erase ada", "admin adopt ada", "admin accept",
        "admin change-ties last",
        "admin freeze b", "admin reveal b", "admin restore /dev/null", "board reset b --window w",
    ]
    private static let others = [
        "admin suspend ada", "admin reinstate ada", "admin blank-name ada", "admin allow-name ada",
    ]

    private func run(_ command: String, _ more: [String]) async throws -> (output: String, code: Int32) {
        let port = try await FreePort.find()
        let settings = [
            "LEADERBOARD_ADMIN_TOKEN": "x", "PORT": "\(port)", "REDIS_URL": "redis://127.0.0.1:\(port)",
        ]
        return try await ServiceProcess.run(command.split(separator: " ").map(String.init) + more, settings)
    }

    @Test("must be said, and not be blank; a dry run needs none", arguments: asking + others)
    func commands(command: String) async throws {
        for blank in ["", " ", "\u{3164}"] {
            let refused = try await run(command, ["--reason", blank])
            #expect(refused.code == 64 && refused.output.contains("not blank"), "\(refused.output)")
        }
        let none = try await run(command, Self.asking.contains(command) ? ["--yes"] : [])
        #expect(none.code == 64 && none.output.contains("--reason <text>"), "\(none.output)")
        guard Self.asking.contains(command) else { return }
        let trial = try await run(command, ["--dry-run"])
        #expect(trial.code != 64 && !trial.output.contains("--reason"), "\(trial.output)")
    }
}
