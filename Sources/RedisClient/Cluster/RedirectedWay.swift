/// Where a command that a node of a cluster refused goes next, and after what pause. No I/O, no clock.
///
/// - ASK: at once to the node that it names, which gets ASKING before it.
/// - MOVED: at once to the slot's new owner; from the second time on after a pause, for the nodes may not agree yet.
/// - TRYAGAIN: after a pause to the slot's owner. Some of its keys are here and some there, and it is not known which way they go.
struct RedirectedWay {
    struct Step: Equatable {
        var pause = Duration.zero
        /// Of an ASK; nil: to the slot's owner.
        var target: Redirection?
    }

    static let shortestPause = Duration.milliseconds(5)
    static let longestPause = Duration.milliseconds(100)

    private var pause = Self.shortestPause
    private var moves = 0
    private var asks = 0

    mutating func next(after refusal: RedisRefusal) -> Step {
        switch refusal.redirection {
        case let redirection? where redirection.isForNow:
            asks += 1
            // A node that sends on what another sends back: they do not agree yet.
            return Step(pause: asks == 1 ? .zero : longerPause(), target: redirection)
        case _?:
            moves += 1
            return Step(pause: moves == 1 ? .zero : longerPause())
        case nil: return Step(pause: longerPause())
        }
    }

    private mutating func longerPause() -> Duration {
        defer { pause = min(pause * 2, Self.longestPause) }
        return pause
    }
}
