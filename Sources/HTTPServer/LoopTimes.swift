import NIOCore

/// The durations of the options as a loop counts them, once for all of its connections: to turn one into the other takes 200
/// instructions, and a live connection that kept all options took 300 bytes more.
struct LoopTimes {
    let tick: TimeAmount
    let head, body, idle, lastRequest, answer: TimeAmount
    let linger: TimeAmount
    let ping: TimeAmount
    /// After so long without a sign of life a WebSocket's peer is dead. It is seen at the tick after: two ping intervals at most.
    let silence: TimeAmount
    let close: TimeAmount
    let heartbeat: TimeAmount

    init(_ options: ServerOptions) {
        tick = TimeAmount(options.tickInterval)
        head = TimeAmount(options.headTimeout)
        body = TimeAmount(options.bodyTimeout)
        idle = TimeAmount(options.idleTimeout)
        lastRequest = TimeAmount(options.lastRequestTimeout)
        answer = TimeAmount(options.answerTimeout)
        linger = TimeAmount(options.lingerTimeout)
        ping = TimeAmount(options.pingInterval)
        silence = TimeAmount(options.pingInterval * 2 - options.tickInterval)
        close = TimeAmount(options.closeTimeout)
        heartbeat = TimeAmount(options.heartbeatInterval)
    }
}
