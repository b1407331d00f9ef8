import Foundation
import TestSupport
import Testing

/// Nothing acknowledged is lost and nothing counted twice, whatever fails. `ops/soak` runs the same for longer.
@Suite("Through faults, no acknowledged update is lost and none counts twice", .serialized)
struct FaultSuite {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["SOAK_SEED"].flatMap { UInt64($0) } ?? 1
    /// Nil: each fault once.
    private static let soak = environment["SOAK_MINUTES"].flatMap { Double($0) }.map { Duration.seconds($0 * 60) }

    @Test(
        "on one server: restart, kill, hang, network, scripts, memory, disk, connections, instances",
        .timeLimit(.minutes(5)),
        .enabled(if: soak == nil)
    )
    func single() async throws {
        try await once(try await FaultyWorld.single(), Fault.ofSingleServer)
    }

    @Test(
        "on one that syncs each write: kill, disk, restart, connections",
        .timeLimit(.minutes(5)),
        .enabled(if: soak == nil)
    )
    func synced() async throws {
        try await once(try await FaultyWorld.synced(), Fault.ofSyncedServer)
    }

    @Test("with sentinels, through a failover", .timeLimit(.minutes(5)), .enabled(if: soak == nil))
    func sentinels() async throws {
        try await once(try await FaultyWorld.sentinels(), Fault.ofSentinels)
    }

    @Test("in a cluster, through resharding and a failover", .timeLimit(.minutes(5)), .enabled(if: soak == nil))
    func cluster() async throws {
        try await once(try await FaultyWorld.cluster(), Fault.ofCluster)
    }

    @Test("for as long as ops/soak says", .enabled(if: soak != nil))
    func longer() async throws {
        let end = ContinuousClock.now + (Self.soak ?? .zero)
        var random = SeededGenerator(seed: Self.seed)
        var round = 0
        while ContinuousClock.now < end {
            for (name, makeWorld, kinds) in [
                ("one server", FaultyWorld.single, Fault.ofSingleServer),
                ("one server, fsynced", FaultyWorld.synced, Fault.ofSyncedServer),
                ("sentinels", FaultyWorld.sentinels, Fault.ofSentinels),
                ("cluster", FaultyWorld.cluster, Fault.ofCluster),
            ] where ContinuousClock.now < end {
                round += 1
                let faults = (0..<20).compactMap { _ in kinds.randomElement(using: &random) }
                let run = FaultRun(world: try await makeWorld(), faults: faults, seed: random.next())
                let report = try await run.run()
                print("round \(round), \(name): \(report)")
                print("  \(faults.map(\.rawValue).joined(separator: " "))")
                expectNothingLost(report)
            }
        }
    }

    private func once(_ world: FaultyWorld, _ faults: [Fault]) async throws {
        var random = SeededGenerator(seed: Self.seed)
        let report = try await FaultRun(world: world, faults: faults.shuffled(using: &random), seed: Self.seed).run()
        print("\(report)")
        #expect(report.acknowledged > 0)
        expectNothingLost(report)
    }

    private func expectNothingLost(_ report: FaultRun.Report) {
        #expect(report.lost == 0)
        #expect(report.excess == 0)
    }
}

extension FaultRun.Report: CustomStringConvertible {
    var description: String {
        """
        \(faults) faults, \(acknowledged) updates acknowledged, \(unknown) answers unknown, \(refused) refused \
        (slowest \(slowestRefusal / .milliseconds(1)) ms), \(returns) viewers came back, \(lost) points lost, \
        \(excess) points too many
        """
    }
}
