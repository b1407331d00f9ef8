import Foundation
import Synchronization

/// What the test routes saw, and what one of them waits for.
final class ServerEvents: Sendable {
    private struct State {
        var notes: [String] = []
        var isGateOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// For threads: whoever passes lets the next one in. (A group that is let go while somebody is in it ends the process.)
    private let gate = DispatchSemaphore(value: 0)

    func note(_ text: String) {
        state.withLock { $0.notes.append(text) }
    }

    var all: [String] { state.withLock(\.notes) }

    /// Holds a route back until ``openGate()``.
    func waitAtGate() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isGateOpen { state.waiting.append(continuation) }
                return state.isGateOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// The same for a thread, which does nothing else meanwhile.
    func blockAtGate() {
        gate.wait()
        gate.signal()
    }

    func openGate() {
        let (waiting, wasOpen) = state.withLock { state in
            defer { (state.waiting, state.isGateOpen) = ([], true) }
            return (state.waiting, state.isGateOpen)
        }
        if !wasOpen { gate.signal() }
        for waiter in waiting { waiter.resume() }
    }
}
