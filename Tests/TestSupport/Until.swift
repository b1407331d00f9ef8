/// What a test waited for did not come.
package struct NeverSo: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// Waits until something holds that no event tells of: the tests' one way to wait. The limit is there to end a test that has failed,
/// and long enough for a machine under load.
/// - Parameter complaint: what is wrong if it does not come to hold.
package func until(
    _ complaint: String = "it does not hold",
    within limit: Duration = .seconds(60),
    file: String = #fileID,
    line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var pause = Duration.milliseconds(1)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NeverSo(description: "\(file):\(line): \(complaint), after \(limit)")
        }
        try await Task.sleep(for: pause)
        // What holds soon is noticed soon; what takes long is not asked for a thousand times.
        pause = min(pause * 2, .milliseconds(20))
    }
}
