import Synchronization

/// Wakes one waiter. A ring that nobody waits for is heard by the next who does. Any thread may ring.
final class Bell: Sendable {
    private struct State {
        var hasRung = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            state.hasRung = state.waiting == nil
            return state.waiting
        }
        waiting?.resume()
    }

    /// Returns when it rings, after the duration, or when the task is cancelled. For one waiter at a time.
    func wait(for duration: Duration) async {
        await withTaskGroup { tasks in
            tasks.addTask { await self.wait() }
            tasks.addTask { try? await Task.sleep(for: duration) }
            await tasks.next()
            tasks.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    defer { state.hasRung = false }
                    if state.hasRung || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume()
        }
    }
}
