import Leaderboard
import Logging
import NIOCore
import RedisClient
import Synchronization

/// Delivers to one endpoint what waits for it in Redis, one message after the other, while this instance has the lease. An endpoint that
/// is slow or away holds up nobody but itself.
final class EndpointDelivery: Sendable {
    let endpoint: WebhookEndpoint
    /// Its place in the file, from 1.
    let number: Int
    private let surroundings: WebhookSurroundings
    private let metrics: WebhookMetrics
    private let news = Bell()
    private let gone = Atomic(false)
    private let fullness = LogThrottle()
    private let failures = LogThrottle()

    init(_ endpoint: WebhookEndpoint, number: Int, _ surroundings: WebhookSurroundings) {
        self.endpoint = endpoint
        self.number = number
        self.surroundings = surroundings
        metrics = WebhookMetrics(endpoint: number, factory: surroundings.metricsFactory)
    }

    /// Messages were added.
    func note(_ added: AddedWebhooks) {
        metrics.note(waiting: added.waiting)
        if added.waiting > 0 { news.ring() }
        guard added.dropped > 0 else { return }
        metrics.note(dropped: added.dropped)
        if fullness.countIfDue() != nil {
            surroundings.logger.error("webhook messages dropped: too many wait", metadata: place)
        }
    }

    /// It answered 410: nothing is sent to it, and nothing kept for it, until a reload.
    var isGone: Bool { gone.load(ordering: .relaxed) }

    /// Until it is cancelled, the lease is lost, or the endpoint wants no more.
    func run() async {
        let client = WebhookClient(
            endpoint,
            surroundings.sending,
            surroundings.lookup,
            eventLoopGroup: surroundings.eventLoopGroup
        )
        while !Task.isCancelled, !isGone {
            // What is being sent is sent to its end, and noted, when the service stops as well.
            let wait = await Task { await step(client) }.value
            guard let wait else { break }
            if wait > .zero { await news.wait(for: wait) }
        }
        await client.close()
        metrics.note(waiting: 0)
    }

    /// After Redis did not answer.
    private static let pause = Duration.seconds(1)

    /// - Returns: how long nothing is to be done, unless there is news; nil: nothing ever.
    private func step(_ client: WebhookClient) async -> Duration? {
        do {
            let next = try await surroundings.store.next(of: endpoint.id, on: surroundings.eventLoop)
            metrics.note(waiting: next?.count ?? 0)
            guard let next else { return .seconds(3600) }
            let early = next.due - surroundings.lead.now
            guard early <= 0 else { return .milliseconds(min(early, 3_600_000)) }
            return await deliver(next, client)
        } catch is WebhookStore.LeaseLost {
            surroundings.lead.lose()
            return nil
        } catch {
            return Self.pause
        }
    }

    private func deliver(_ message: WaitingWebhook, _ client: WebhookClient) async -> Duration? {
        let lead = surroundings.lead
        let limit = surroundings.sending.timeout + .seconds(2)
        let attempt = await client.send(
            id: message.id,
            body: message.body,
            time: lead.now / 1000,
            tries: message.tries,
            mayBegin: { lead.holds(for: limit) }
        )
        guard let attempt else { return Self.pause }
        metrics.note(attempt)
        let again = next(after: attempt, message)
        log(attempt, message, again)
        // What was sent is noted, or another instance sends it again.
        for _ in 0..<3 {
            do {
                let count = try await surroundings.store.settle(
                    message.id,
                    of: endpoint.id,
                    again: again,
                    on: surroundings.eventLoop
                )
                metrics.note(waiting: count)
                break
            } catch is WebhookStore.LeaseLost {
                lead.lose()
                return nil
            } catch {
                try? await Task.sleep(for: Self.pause)
            }
        }
        if attempt == .gone { gone.store(true, ordering: .relaxed) }
        return .zero
    }

    private func next(after attempt: WebhookAttempt, _ message: WaitingWebhook) -> Int? {
        switch attempt {
        case .delivered: return nil
        // It waits: a reload may bring the endpoint back within the day.
        case .gone: return surroundings.lead.now
        case .failed(_, let retryAfter):
            let again = surroundings.schedule.next(
                after: message.tries &+ 1,
                made: message.made,
                now: surroundings.lead.now,
                retryAfter: retryAfter,
                jitter: .random(in: 0...1)
            )
            if again == nil { metrics.gaveUp() }
            return again
        }
    }

    private var place: Logger.Metadata {
        ["endpoint": "\(number)", "place": "\(endpoint.url.place)"]
    }

    private func log(_ attempt: WebhookAttempt, _ message: WaitingWebhook, _ again: Int?) {
        let logger = surroundings.logger
        var metadata = place
        metadata["id"] = "\(message.id)"
        metadata["tries"] = "\(message.tries &+ 1)"
        switch attempt {
        case .delivered(let status):
            metadata["status"] = "\(status)"
            logger.debug("webhook message delivered", metadata: metadata)
        case .gone: logger.error("webhook endpoint is gone: nothing is sent to it until a reload", metadata: metadata)
        case .failed(let reason, _):
            metadata["reason"] = "\(reason)"
            if again == nil {
                logger.error("webhook message given up", metadata: metadata)
            } else if let count = failures.countIfDue() {
                metadata["count"] = "\(count)"
                logger.warning("webhook messages not delivered", metadata: metadata)
            }
        }
    }
}
