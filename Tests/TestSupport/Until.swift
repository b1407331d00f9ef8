package struct NotWithinAMinute: Error {
    package init() {}
}

/// Waits until something holds that no event tells of.
package func until(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotWithinAMinute() }
        try await Task.sleep(for: .milliseconds(2))
    }
}
