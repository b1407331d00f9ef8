import Metrics

/// Of one endpoint, by its place in the file: the first is 1.
struct WebhookMetrics: Sendable {
    private let delivered, failed, gone, givenUp, dropped: Counter
    private let waitingMessages: Meter

    init(endpoint: Int, factory: any MetricsFactory) {
        let place = ("endpoint", "\(endpoint)")
        let counter = { (outcome: String) in
            Counter(label: "webhook_messages", dimensions: [place, ("outcome", outcome)], factory: factory)
        }
        (delivered, failed, gone) = (counter("delivered"), counter("failed"), counter("gone"))
        (givenUp, dropped) = (counter("given_up"), counter("dropped"))
        waitingMessages = Meter(label: "webhook_waiting_messages", dimensions: [place], factory: factory)
        waitingMessages.set(0)
    }

    func note(_ attempt: WebhookAttempt) {
        switch attempt {
        case .delivered: delivered.increment()
        case .gone: gone.increment()
        case .failed: failed.increment()
        }
    }

    func gaveUp() { givenUp.increment() }
    func note(dropped count: Int) { dropped.increment(by: count) }
    func note(waiting count: Int) { waitingMessages.set(Double(count)) }
}
