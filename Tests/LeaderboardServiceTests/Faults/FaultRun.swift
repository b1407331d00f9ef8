import TestSupport
import Testing

/// Writers with known totals, viewers that check continuity, and a schedule of faults; then the accounts are compared with
/// the board, the audit, and what each viewer sees.
struct FaultRun: Sendable {
    let world: FaultyWorld
    let faults: [Fault]
    let seed: UInt64

    struct Report: Sendable {
        var faults = 0
        var acknowledged = 0
        var unknown = 0
        var refused = 0
        /// Points that were acknowledged and are not on the board.
        var lost = 0
        /// Points on the board that nobody can have added, or that were counted twice.
        var excess = 0
        var slowestRefusal = Duration.zero
        var returns = 0
    }

    func run() async throws -> Report {
        // A viewer's snapshot has ten rows: the board has no more.
        let writers = (0..<8).map { [world] in
            FaultyWriter(
                ports: { world.ports },
                user: "writer-\($0)",
                isKeyed: $0.isMultiple(of: 2),
                seed: seed &+ UInt64($0)
            )
        }
        let viewers = (0..<10).map { index in
            Viewer { [world] in
                let ports = world.ports
                return ports[index % ports.count]
            }
        }
        try await world.heal()
        let watching = viewers.map { viewer in Task { await viewer.watch() } }
        defer { for task in watching { task.cancel() } }

        let stop = FaultyWriter.Stop()
        let accounts = try await withThrowingTaskGroup(of: FaultyWriter.Account.self) { tasks in
            for writer in writers { tasks.addTask { try await writer.run(until: stop) } }
            // Whatever happens, the writers end, and the run says what.
            defer { stop.now() }
            for fault in faults {
                try await Task.sleep(for: .milliseconds(200))
                try await fault.strike(world)
                try await world.heal()
            }
            stop.now()
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        return try await judge(accounts, viewers)
    }

    private func judge(_ accounts: [FaultyWriter.Account], _ viewers: [Viewer]) async throws -> Report {
        var report = Report(faults: faults.count)
        let primary = try await world.primary()
        let board = try await Self.board(of: primary)
        for account in accounts {
            let score = board[account.user] ?? 0
            report.acknowledged += account.acknowledgedCount
            report.unknown += account.unknownCount
            report.refused += account.refusedCount
            report.lost += max(0, account.acknowledged - score)
            report.excess += max(0, score - account.acknowledged - account.unknown)
            report.slowestRefusal = max(report.slowestRefusal, account.slowestRefusal)
        }
        let audit = try await Self.audit(of: primary)
        #expect(audit.sums == board, "the audit is of another board")
        #expect(try await primary.command("GET", "lb:{main}:seq") == "\(audit.count)", "the sequence has a hole")
        for viewer in viewers {
            try await until("a viewer does not see the board") { await viewer.board == board }
            #expect(await viewer.holes == 0)
            report.returns += await viewer.returns
        }
        return report
    }

    private static func board(of redis: PrivateRedisServer) async throws -> [String: Int] {
        let words = try await redis.command("ZRANGE", "lb:{main}:scores", "0", "-1", "WITHSCORES").split(
            separator: "\n"
        )
        return stride(from: 0, to: words.count - 1, by: 2).reduce(into: [:]) {
            $0[String(words[$1])] = Int(words[$1 + 1])
        }
    }

    /// The sum of each user's increases, and the number of entries.
    private static func audit(of redis: PrivateRedisServer) async throws -> (sums: [String: Int], count: Int) {
        let words = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+").split(separator: "\n")
        var sums: [String: Int] = [:]
        var count = 0
        var user = ""
        for (name, value) in zip(words, words.dropFirst()) {
            if name == "user" { user = String(value) }
            if name == "increase", let points = Int(value) {
                sums[user, default: 0] += points
                count += 1
            }
        }
        return (sums, count)
    }
}
