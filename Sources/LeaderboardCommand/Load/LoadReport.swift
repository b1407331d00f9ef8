import Text
import NIOCore

/// What a run found. As JSON it has the same words.
struct LoadReport: Sendable, Encodable {
    struct Updates: Sendable, Encodable {
        let acknowledged, perSecond, refused, failed, unanswered, interruptions: Int
        /// How often the service refused, by its code.
        let refusals: [String: Int]
        let latencyMilliseconds: Latencies.Summary?
    }

    struct Viewers: Sendable, Encodable {
        let count, deliveries, deliveriesPerSecond, bytesPerDelivery: Int
        let interruptions, resyncs, missed, misordered, notAtTheEnd, lost: Int
        let latencyMilliseconds: Latencies.Summary?
    }

    /// Of the processes that were looked at.
    struct Processes: Sendable, Encodable {
        let cpuMicrosecondsPerUpdate, cpuMicrosecondsPerDelivery: Double?
        /// What the processes grew by while the viewers connected, and then stood idle.
        let residentBytesPerViewer: Int?
        /// What they grew by from then to the end of the run.
        let residentBytesGrown: Int
    }

    let updates: Updates
    let viewers: Viewers
    let processes: Processes?

    /// A viewer missed or misordered something or is not where the board is, an update failed, or all were refused.
    var isFaulty: Bool {
        viewers.missed + viewers.misordered + viewers.notAtTheEnd + viewers.lost > 0
            || updates.failed + updates.unanswered > 0 || (updates.refused > 0 && updates.acknowledged == 0)
    }

    /// - Parameter behind: viewers who are not where the board is.
    init(
        _ writers: Writers,
        _ viewers: Sightings,
        behind: Int,
        since start: (time: NIODeadline, deliveries: Int),
        _ usage: (before: ProcessUsage, idle: ProcessUsage, after: ProcessUsage)? = nil
    ) {
        let seconds = max(Double((NIODeadline.now() - start.time).nanoseconds) / 1e9, 0.001)
        func perSecond(_ count: Int) -> Int { Int(clamping: (Double(count) / seconds).rounded()) }
        // Without snapshots and the like, which are no part of what the sending causes.
        let deliveries = viewers.deliveries - start.deliveries
        updates = Updates(
            acknowledged: writers.succeeded,
            perSecond: perSecond(writers.succeeded),
            refused: writers.refused,
            failed: writers.failed,
            unanswered: writers.outstanding,
            interruptions: writers.interruptions,
            refusals: writers.codes,
            latencyMilliseconds: writers.latency.summary
        )
        self.viewers = Viewers(
            count: viewers.viewers,
            deliveries: deliveries,
            deliveriesPerSecond: perSecond(deliveries),
            bytesPerDelivery: viewers.deliveries == 0 ? 0 : viewers.bytes / viewers.deliveries,
            interruptions: viewers.interruptions,
            resyncs: viewers.resyncs,
            missed: viewers.missed,
            misordered: viewers.misordered,
            notAtTheEnd: behind,
            lost: viewers.lost,
            latencyMilliseconds: viewers.latency.summary
        )
        processes = usage.map { usage in
            let cpu = (usage.after.cpu - usage.idle.cpu) / .microseconds(1)
            return Processes(
                cpuMicrosecondsPerUpdate: writers.succeeded == 0 ? nil : cpu / Double(writers.succeeded),
                cpuMicrosecondsPerDelivery: deliveries == 0 ? nil : cpu / Double(deliveries),
                residentBytesPerViewer: viewers.viewers == 0
                    ? nil : (usage.idle.residentBytes - usage.before.residentBytes) / viewers.viewers,
                residentBytesGrown: usage.after.residentBytes - usage.idle.residentBytes
            )
        }
    }
}

extension LoadReport: CustomStringConvertible {
    var description: String {
        func shown(_ summary: Latencies.Summary?) -> String { summary.map { "\($0)" } ?? "none" }
        var text = """

            updates          \(updates.acknowledged) acknowledged (\(updates.perSecond)/s), \
            \(updates.refused) refused, \(updates.failed) failed, \(updates.unanswered) unanswered
            write            \(shown(updates.latencyMilliseconds))
            deliveries       \(viewers.deliveries) to \(viewers.count) viewers (\(viewers.deliveriesPerSecond)/s), \
            \(viewers.bytesPerDelivery) bytes each, \(viewers.resyncs) resyncs
            write to screen  \(shown(viewers.latencyMilliseconds))
            viewers          \(viewers.missed) messages missed, \(viewers.misordered) misordered, \
            \(viewers.notAtTheEnd) viewers not at the end, \(viewers.lost) lost
            """
        if updates.interruptions + viewers.interruptions > 0 {
            text +=
                "\ninterruptions    \(updates.interruptions) of writers' connections, \(viewers.interruptions) of viewers'"
        }
        if !updates.refusals.isEmpty {
            let codes = updates.refusals.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            text += "\nrefused          \(codes.joined(separator: ", "))"
        }
        if let processes {
            func shown(_ value: Double?) -> String { value.map { "\($0.tenths) µs" } ?? "none" }
            text += """

                processes        CPU \(shown(processes.cpuMicrosecondsPerUpdate)) per update, \
                \(shown(processes.cpuMicrosecondsPerDelivery)) per delivery; \
                \(processes.residentBytesPerViewer ?? 0) bytes per viewer, \
                \(processes.residentBytesGrown / 1024) KiB grown in the run
                """
        }
        return text
    }
}
