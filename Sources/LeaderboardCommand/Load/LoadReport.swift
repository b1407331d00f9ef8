import NIOCore

/// What a run found.
struct LoadReport: Sendable {
    let text: String
    let isFaulty: Bool

    init(_ state: LoadState) {
        let (writers, viewers) = (state.writers, state.viewers)
        let seconds = Double((NIODeadline.now() - state.start).nanoseconds) / 1e9
        func perSecond(_ count: Int) -> Int { Int((Double(count) / seconds).rounded()) }
        let behind = viewers.behind(writers.highestSeq)
        text = """

            updates          \(writers.succeeded) acknowledged (\(perSecond(writers.succeeded))/s), \
            \(writers.refused) refused, \(writers.failed) failed, \(writers.outstanding) unanswered
            write            \(writers.latency.text)
            deliveries       \(viewers.deliveries) to \(viewers.count) viewers (\(perSecond(viewers.deliveries))/s), \
            \(viewers.resyncs) resyncs
            write to screen  \(viewers.latency.text)
            viewers          \(viewers.missed) messages missed, \(viewers.misordered) misordered, \
            \(behind) viewers not at the end
            """
        isFaulty =
            viewers.missed + viewers.misordered + behind > 0 || writers.failed + writers.outstanding > 0
    }
}
