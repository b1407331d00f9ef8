import Leaderboard
import Logging
import Metrics
import NIOCore

/// What every part of the webhooks of one instance has in common.
struct WebhookSurroundings: Sendable {
    let store: WebhookStore
    let catalogue: Catalogue
    let lead: InstanceLead
    let lookup: AddressLookup
    let sending: WebhookSending
    let schedule: RetrySchedule
    let pace: WebhookPace
    let eventLoopGroup: any EventLoopGroup
    let eventLoop: any EventLoop
    let logger: Logger
    let metricsFactory: any MetricsFactory
}
