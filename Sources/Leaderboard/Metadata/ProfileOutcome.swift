/// What Redis made of a user's own change of its metadata.
package enum ProfileOutcome: Sendable, Equatable {
    /// It is as the user says.
    case kept(RateLimitState)
    /// The user is suspended. Nothing was written.
    case suspended
    /// An operator has taken the metadata away, and holds them. Nothing was written.
    case held
    /// The token bucket, which is that of updates, is empty. Nothing was written.
    case rateLimited(RateLimitState)
    /// There is no such board. Nothing was written.
    case noBoard
    /// The board's key holds what is no definition. Nothing was written.
    case badDefinition
}

/// What is kept of one user's metadata.
package struct KeptMetadata: Sendable, Equatable {
    package let metadata: UserMetadata
    /// An operator has taken them away, and the user may say nothing until an operator allows it.
    package let isHeld: Bool
}
