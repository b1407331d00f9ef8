/// What some viewers saw, added up.
struct Sightings: Sendable {
    var viewers = 0
    var deliveries = 0
    /// Of all deliveries, without framing.
    var bytes = 0
    /// Messages that left a hole to what the viewer had.
    var missed = 0
    /// Messages, or changes within one, that went back in the sequence.
    var misordered = 0
    /// Snapshots after the first: allowed, and worth knowing.
    var resyncs = 0
    /// Connections that ended before the run did; their viewers come back.
    var interruptions = 0
    /// Viewers who are away, or got what is no WebSocket's.
    var lost = 0
    /// From the time at which a frame's oldest update was due to the frame's arrival.
    var latency = Latencies()

    mutating func add(_ other: Sightings) {
        viewers += other.viewers
        deliveries += other.deliveries
        bytes += other.bytes
        missed += other.missed
        misordered += other.misordered
        resyncs += other.resyncs
        interruptions += other.interruptions
        lost += other.lost
        latency.add(other.latency)
    }
}
