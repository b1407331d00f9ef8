/// What an endpoint may subscribe to.
enum WebhookEventType: String, Sendable, CaseIterable {
    case seasonEnded = "season.ended"
    case newLeader = "board.new_leader"
    case overtaken = "board.overtaken"
    /// Of `leaderboard webhooks test`, for every endpoint.
    case ping

    static let subscribable: [WebhookEventType] = [.seasonEnded, .newLeader, .overtaken]
}
