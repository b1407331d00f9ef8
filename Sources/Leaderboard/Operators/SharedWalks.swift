/// Walks through all keys of Redis, which many calls share: who asks while one goes on waits for the next, which has all that was there
/// when they asked. So an erasure on a thousand boards, some at a time, does not read all keys a thousand times.
actor SharedWalks {
    typealias Found = Result<[String], ScoreStoreError>

    private var running: [String: Task<Found, Never>] = [:]
    /// It has not begun.
    private var next: [String: Task<Found, Never>] = [:]

    /// - Parameters:
    ///   - name: of those that look for the same.
    ///   - walk: begins after this call.
    func names(_ name: String, _ walk: @escaping @Sendable () async -> Found) async -> Found {
        if let next = next[name] { return await next.value }
        let before = running[name]
        // Awaited by all who ask.
        let task = Task {
            _ = await before?.value
            self.begin(name)
            let found = await walk()
            self.end(name)
            return found
        }
        next[name] = task
        return await task.value
    }

    private func begin(_ name: String) {
        running[name] = next.removeValue(forKey: name)
    }

    private func end(_ name: String) {
        running[name] = nil
    }
}
