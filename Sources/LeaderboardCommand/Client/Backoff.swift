/// How long a viewer waits before it comes back: twice as long each time, until a connection has lasted.
struct Backoff {
    private static let shortest = Duration.milliseconds(250)
    private static let longest = Duration.seconds(10)
    /// One that ends sooner proves nothing: a service may accept, and end or talk rubbish at once.
    private static let lasting = Duration.seconds(10)

    private var next = shortest

    /// - Parameters:
    ///   - lasted: how long the last connection was up; zero if there was none.
    ///   - spread: so that viewers of a restarted service do not come back together.
    mutating func pause(afterLasting lasted: Duration, spread: Double = .random(in: 0.5...1.5)) -> Duration {
        if lasted >= Self.lasting { next = Self.shortest }
        defer { next = min(next * 2, Self.longest) }
        return next * spread
    }
}
