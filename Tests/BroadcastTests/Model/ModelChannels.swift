import Synchronization

@testable import Broadcast

/// The channels of the boards that an instance asked for.
final class ModelChannels: Sendable {
    private struct State {
        var streams: [String: BoardStream] = [:]
        var new: [String] = []
    }

    private let state = Mutex(State())

    var names: Set<String> { state.withLock { Set($0.streams.keys) } }

    @Sendable func add(_ stream: BoardStream) {
        state.withLock { state in
            state.streams[stream.followed.board] = stream
            state.new.append(stream.followed.board)
        }
    }

    @Sendable func remove(_ stream: BoardStream) {
        state.withLock { state in
            state.streams[stream.followed.board] = nil
            state.new.removeAll { $0 == stream.followed.board }
        }
    }

    /// The stream that gets a board's events; nil while they are not followed yet.
    func live(_ name: String) -> BoardStream? {
        state.withLock { $0.new.contains(name) ? nil : $0.streams[name] }
    }

    func takeNew() -> [BoardStream] {
        state.withLock { state in
            defer { state.new = [] }
            return state.new.compactMap { state.streams[$0] }
        }
    }
}
