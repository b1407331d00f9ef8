/// An event on its way to one endpoint.
package struct WebhookMessage: Sendable, Equatable {
    package let id: String
    /// Of the endpoint: its place among those of a call.
    package let endpoint: Int
    /// When it is to be sent first, and when it was made, in milliseconds since 1970 by Redis' clock.
    package let due: Int
    package let made: Int
    /// Where so many wait for the endpoint already, it is dropped.
    package let maximum: Int
    package let body: String

    package init(id: String, endpoint: Int, due: Int, made: Int, maximum: Int, body: String) {
        (self.id, self.endpoint, self.due, self.made) = (id, endpoint, due, made)
        (self.maximum, self.body) = (maximum, body)
    }
}

/// The message that an endpoint is to be sent next.
package struct WaitingWebhook: Sendable, Equatable {
    package let id: String
    /// In milliseconds since 1970 by Redis' clock.
    package let due: Int
    package let made: Int
    /// How often it was sent in vain.
    package let tries: Int
    package let body: String
    /// How many wait, this one too.
    package let count: Int
}

/// What became of messages for one endpoint.
package struct AddedWebhooks: Sendable, Equatable {
    /// For want of room.
    package let dropped: Int
    package let waiting: Int
}
