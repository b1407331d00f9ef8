import Text
import ArgumentParser
import FoundationEssentials
import Leaderboard
import LeaderboardService
import NIOCore
import SystemPackage

/// `leaderboard admin backup --all-boards FOLDER`
struct BackupEveryBoard {
    /// Definitions that are asked for at once.
    private static let pageSize = 100

    private struct Outcome: Sendable {
        let boards: Int
        let failures: [EveryBoard.Failure]
        let failed: String
        let unreadableTemplates: [String]
    }

    let folder: BackupFolder

    /// - Throws: at the end, which boards failed.
    func run() async throws {
        let folder = folder
        let outcome = try await onRedis { settings in
            try await BoardAccess.open(settings, startsServer: false) { catalogue, eventLoop, place in
                var every = try await EveryBoard(in: catalogue, at: place, on: eventLoop)
                var unreadable: [String] = []
                try await folder.make { folder in
                    await every.forEach { id in
                        let store = try await BoardAccess.store(of: id, catalogue, at: place, on: eventLoop)
                        let output = BackupOutput(folder.file(of: id))
                        let summary = try await output.write { write in
                            try await store.backup(on: eventLoop, write: write)
                        }
                        return summary.words + (summary.waiting > 0 ? "; " + waitingWords(summary.waiting) : "")
                    }
                    guard every.failures.count < every.boards.count else {
                        throw CommandFailure("no board could be backed up: \(every.failed)")
                    }
                    unreadable = try await Self.writeDefinitions(of: catalogue, to: folder, on: eventLoop)
                }
                return Outcome(
                    boards: every.boards.count,
                    failures: every.failures,
                    failed: every.failed,
                    unreadableTemplates: unreadable
                )
            }
        }
        let done = outcome.boards - outcome.failures.count
        guard outcome.failures.isEmpty else {
            throw CommandFailure(
                "\(folder.path) has \(done) of \(outcome.boards.counted("board")). Not backed up: \(outcome.failed)"
            )
        }
        print("\(done.counted("board")) backed up to \(folder.path).")
        guard outcome.unreadableTemplates.isEmpty else {
            let names = outcome.unreadableTemplates.joined(separator: ", ").printable
            throw CommandFailure(
                "not backed up, for it cannot be read: the template \(names); make it anew, or delete it"
            )
        }
    }

    /// Of boards and templates, as `leaderboard board list --json` prints them.
    /// - Returns: templates that are not among them, for they cannot be read.
    private static func writeDefinitions(
        of catalogue: Catalogue,
        to folder: BackupFolder,
        on eventLoop: any EventLoop
    ) async throws -> [String] {
        var (text, after) = (ByteBuffer(string: "["), String?.none)
        // Boards that cannot be read are told as those that cannot be backed up.
        var unreadable: [DefinitionName] = []
        var separator = "\n"
        repeat {
            let page = try await catalogue.page(of: .everything, after: after, limit: pageSize, on: eventLoop)
            for row in page.rows {
                text.writeString(separator)
                text.writeImmutableBuffer(row.definition.shown(as: row.name))
                separator = ",\n"
            }
            unreadable += page.unreadable.filter(\.isTemplate)
            after = page.next
        } while after != nil
        text.writeString("\n]\n")
        let file = try UnfinishedFile(folder.definitionsFile)
        defer { file.end() }
        try file.descriptor.writeAll(text.readableBytesView)
        try file.finish()
        return unreadable.map { "\($0)" }
    }
}
