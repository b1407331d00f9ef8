import Foundation
import TestSupport

/// A viewer as the page is one: builds the board from snapshot and changes, and comes back with its cursor when it is cut off.
/// A board of ten users at most is whole in a snapshot.
actor Viewer {
    private(set) var board: [String: Int] = [:]
    /// How often it had to come back.
    private(set) var returns = 0
    /// Messages whose first change was not the next one.
    private(set) var holes = 0
    /// The instance to go to now.
    private let port: @Sendable () -> Int
    private var cursor: String?

    init(port: Int) {
        self.init { port }
    }

    init(port: @escaping @Sendable () -> Int) {
        self.port = port
    }

    /// Watches until its task is cancelled.
    func watch() async {
        while !Task.isCancelled {
            do {
                try await connect()
            } catch {
                returns += 1
                // Not busily; nothing waits for this.
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private func connect() async throws {
        let connection = try await TestConnection(port: port())
        try await withTaskCancellationHandler {
            let query = cursor.map { "?cursor=\($0)" } ?? ""
            guard try await connection.openWebSocket("/api/v1/scoreboard/live" + query).status == 101 else {
                throw TestProcessFailure(what: "no WebSocket", output: "")
            }
            while true { take(try await connection.message(within: .seconds(120))) }
        } onCancel: {
            connection.close()
        }
    }

    private func take(_ message: TestMessage) {
        if let rows = message.scoreboard {
            board = Dictionary(uniqueKeysWithValues: rows.map { ($0.user_id, $0.score) })
        }
        if let changes = message.changes {
            if let from = message.from, let cursor, from > Self.seq(of: cursor) + 1 { holes += 1 }
            for change in changes { board[change.user_id] = change.score }
        }
        cursor = message.cursor
    }

    private static func seq(of cursor: String) -> Int {
        cursor.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }
}
