import NIOCore
import Synchronization

/// The ``PrimaryView`` of an instance, shared by the connections of all its loops. Its lock is its owner.
///
/// What it tells is told while the lock is held, so that each loop hears it in the order in which it was decided: whoever
/// is told does no more than hop to a loop of its own.
final class SharedPrimary: Sendable {
    typealias Address = RedisEndpoint.Address

    /// Where a connection that asked to join stands.
    enum Answer: Sendable, Equatable {
        case admitted(generation: Int)
        case turnedAway
    }

    private struct State {
        var view = PrimaryView()
        var members: [Int: @Sendable (PrimaryView.Departure, _ generation: Int) -> Void] = [:]
        var waiting: [Int: @Sendable (Answer) -> Void] = [:]
        var lastID = 0
        var onGeneration: (@Sendable () -> Void)?
        var onDoubt: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Whoever has connections that join: `tell` is called whenever those of a generation have to leave.
    /// - Returns: the number to ``strike(_:)``.
    func enroll(_ tell: @escaping @Sendable (PrimaryView.Departure, _ generation: Int) -> Void) -> Int {
        state.withLock { state in
            state.lastID += 1
            state.members[state.lastID] = tell
            return state.lastID
        }
    }

    /// It has no connections any more.
    func strike(_ id: Int) {
        state.withLock { $0.members[id] = nil }
    }

    /// - Parameter tell: called whenever something was heard that a primary would not say.
    func onDoubt(_ tell: @escaping @Sendable () -> Void) {
        state.withLock { $0.onDoubt = tell }
    }

    /// The server may be the primary no more: it is asked.
    func isInDoubt() {
        state.withLock { $0.onDoubt?() }
    }

    /// - Parameter tell: called whenever connections of a new generation begin.
    func onGeneration(_ tell: @escaping @Sendable () -> Void) {
        state.withLock { $0.onGeneration = tell }
    }

    /// - Parameter tell: called once, later, where the connection has to wait.
    /// - Returns: the generation that it has joined at once; nil where it waits, with the number to ``withdraw(_:)``.
    func join(at address: Address, tell: @escaping @Sendable (Answer) -> Void) -> (generation: Int?, id: Int) {
        state.withLock { state in
            state.lastID += 1
            let id = state.lastID
            var own: Int?
            state.waiting[id] = tell
            for action in state.view.join(id, at: address) {
                if case .admit(id, let generation) = action {
                    own = generation
                    state.waiting[id] = nil
                    if state.view.members == 1 { state.onGeneration?() }
                } else {
                    Self.perform(action, &state)
                }
            }
            return (own, id)
        }
    }

    func withdraw(_ id: Int) {
        state.withLock { state in
            state.waiting[id] = nil
            state.view.withdraw(id)
        }
    }

    func left(_ generation: Int) { change { $0.left(generation) } }

    /// The server of this generation is the wrong one, as it says itself.
    func serverIsWrong(_ generation: Int) { change { $0.leave(.drained, generation: generation) } }

    func hold() { change { $0.hold() } }

    func release() { change { $0.release() } }

    func primaryIs(_ address: Address) { change { $0.primaryIs(address) } }

    /// Where the connections are, or were last, and their generation.
    var place: (address: Address, generation: Int)? {
        state.withLock { state in state.view.address.map { ($0, state.view.generation) } }
    }

    /// Where they were before, if they have been elsewhere.
    var former: Address? { state.withLock(\.view.former) }

    var moveCount: Int { state.withLock(\.view.moves) }

    private func change(_ body: (inout PrimaryView) -> [PrimaryView.Action]) {
        state.withLock { state in
            let before = state.view.generation
            for action in body(&state.view) { Self.perform(action, &state) }
            if state.view.generation != before { state.onGeneration?() }
        }
    }

    private static func perform(_ action: PrimaryView.Action, _ state: inout State) {
        switch action {
        case .leave(let departure, let generation): for tell in state.members.values { tell(departure, generation) }
        case .admit(let id, let generation): state.waiting.removeValue(forKey: id)?(.admitted(generation: generation))
        case .turnAway(let id): state.waiting.removeValue(forKey: id)?(.turnedAway)
        }
    }
}
