import NIOCore

/// The states of a ``RedisLink``: what it has to do next. No I/O; time comes in as a value.
///
/// Each try to connect has a number, and whatever comes of an earlier one is passed over.
struct LinkMachine {
    enum State: Equatable {
        case idle
        /// Asks where the primary is.
        case locating
        case connecting
        case signingIn
        /// Signed in; other connections of the instance are still with another server (``PrimaryView``).
        case waiting
        case ready(generation: Int, since: NIODeadline)
        case stopped
    }

    enum Action: Equatable {
        case nothing
        case locate, connect, signIn, join, use
        /// The connection is nobody's any more.
        case close
        /// It never was of use: the next try follows after that time, or near it.
        case failed(retryAfter: Duration)
        /// The same, of a connection that was in use.
        case lost(retryAfter: Duration)
    }

    private(set) var state = State.idle
    /// Of the try under way, or of the last.
    private(set) var attempt = 0
    private var failures = 0
    private let delay: ClosedRange<Duration>

    /// - Parameter delay: before the second try, and at most; it doubles in between. The first follows a loss at once, unless
    ///   the connection lived for less than the longest.
    init(delay: ClosedRange<Duration>) {
        self.delay = delay
    }

    mutating func start() -> Action {
        guard state == .idle else { return .nothing }
        state = .locating
        attempt += 1
        return .locate
    }

    mutating func located(_ attempt: Int) -> Action {
        advance(attempt, from: .locating, to: .connecting) ? .connect : .nothing
    }

    mutating func connected(_ attempt: Int) -> Action {
        advance(attempt, from: .connecting, to: .signingIn) ? .signIn : .close
    }

    mutating func signedIn(_ attempt: Int) -> Action {
        advance(attempt, from: .signingIn, to: .waiting) ? .join : .nothing
    }

    mutating func admitted(_ attempt: Int, generation: Int, now: NIODeadline) -> Action {
        advance(attempt, from: .waiting, to: .ready(generation: generation, since: now)) ? .use : .close
    }

    /// The instance is with another server.
    mutating func turnedAway(_ attempt: Int) -> Action {
        guard attempt == self.attempt, state == .waiting else { return .nothing }
        // It was no failure of this server's, and where the others are is known.
        failures = 0
        return retry(Action.failed)
    }

    /// Nobody knew the primary, it could not be reached, it did not answer as it should, or it closed the connection.
    mutating func ended(_ attempt: Int, now: NIODeadline) -> Action {
        guard attempt == self.attempt else { return .nothing }
        switch state {
        case .idle, .stopped: return .nothing
        case .locating, .connecting, .signingIn, .waiting: return retry(Action.failed)
        case .ready(_, let since): return lose(since, now)
        }
    }

    /// Connections of this generation leave.
    mutating func leave(_ generation: Int, now: NIODeadline) -> Action {
        guard case .ready(generation, let since) = state else { return .nothing }
        return lose(since, now)
    }

    /// - Returns: what it was in.
    mutating func stop() -> State {
        defer { state = .stopped }
        return state
    }

    private mutating func advance(_ attempt: Int, from old: State, to new: State) -> Bool {
        guard attempt == self.attempt, state == old else { return false }
        state = new
        return true
    }

    private mutating func lose(_ since: NIODeadline, _ now: NIODeadline) -> Action {
        if now - since >= TimeAmount(delay.upperBound) { failures = 0 }
        return retry(Action.lost)
    }

    private mutating func retry(_ action: (Duration) -> Action) -> Action {
        state = .idle
        // No reply of the connection before has a say any more.
        attempt += 1
        failures += 1
        guard failures > 1 else { return action(.zero) }
        return action(min(delay.upperBound, delay.lowerBound * (1 << min(failures - 2, 10))))
    }
}
