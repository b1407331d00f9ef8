import Synchronization
import TestSupport

/// A client that adds to a user of its own, on one connection at a time, through whichever instance answers, and keeps
/// the account of what it was told.
struct FaultyWriter: Sendable {
    struct Account: Sendable {
        let user: String
        let isKeyed: Bool
        /// Points and updates that were answered 200.
        var acknowledged = 0
        var acknowledgedCount = 0
        /// Points whose outcome nobody told: they may be on the board.
        var unknown = 0
        var unknownCount = 0
        var refusedCount = 0
        var slowestRefusal = Duration.zero
    }

    /// Ends the writers once they know the outcome of what they sent last, as far as anybody does.
    final class Stop: Sendable {
        private let stopped = Mutex(false)
        var isOver: Bool { stopped.withLock { $0 } }
        func now() { stopped.withLock { $0 = true } }
    }

    /// Of the instances that run now.
    let ports: @Sendable () -> [Int]
    let user: String
    /// It sends an Idempotency-Key, and repeats each update until it is answered 200.
    let isKeyed: Bool
    let seed: UInt64

    func run(until stop: Stop) async throws -> Account {
        var random = SeededGenerator(seed: seed)
        var account = Account(user: user, isKeyed: isKeyed)
        var connection: TestConnection?
        var number = 0
        while !stop.isOver {
            number += 1
            let points = Int.random(in: 1...10, using: &random)
            var isOpen = true
            while isOpen {
                let outcome = await send(points, key: isKeyed ? "\(user)-\(number)" : nil, over: &connection, &random)
                isOpen = isKeyed && outcome != .acknowledged
                account.note(outcome, points, isLast: !isOpen)
                try await Task.sleep(for: .milliseconds(outcome == .acknowledged ? 2 : 20))
            }
        }
        return account
    }

    enum Outcome: Equatable {
        case acknowledged
        case refused(after: Duration)
        case unknown
    }

    private func send(
        _ points: Int,
        key: String?,
        over connection: inout TestConnection?,
        _ random: inout SeededGenerator
    ) async -> Outcome {
        let start = ContinuousClock.now
        do {
            guard let port = ports().randomElement(using: &random) else { return .refused(after: .zero) }
            if connection == nil { connection = try await TestConnection(port: port) }
        } catch {
            return .refused(after: .zero)
        }
        guard let open = connection else { return .refused(after: .zero) }
        do {
            let response = try await Fleet.update(user, points, on: open, key.map { ["Idempotency-Key": $0] } ?? [:])
            switch response.status {
            case 200: return .acknowledged
            case 503: return .refused(after: .now - start)
            default: return .unknown
            }
        } catch {
            connection = nil
            return .unknown
        }
    }
}

extension FaultyWriter.Account {
    /// - Parameter isLast: it is not repeated, so that it stays unknown if it is.
    mutating func note(_ outcome: FaultyWriter.Outcome, _ points: Int, isLast: Bool) {
        switch outcome {
        case .acknowledged:
            acknowledged += points
            acknowledgedCount += 1
        case .refused(let time):
            refusedCount += 1
            slowestRefusal = max(slowestRefusal, time)
        case .unknown:
            unknownCount += 1
            if isLast { unknown += points }
        }
    }
}
