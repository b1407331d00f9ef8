package import NIOCore
import RedisClient
import Text

/// By it one instance at a time does some work (`leaderboard_webhooks_lead`): the one that has it in Redis, where it ends by itself.
package struct InstanceLease: Sendable {
    /// Whether this instance has it, and Redis' time in milliseconds since 1970.
    package struct Lead: Sendable {
        package let isHeld: Bool
        package let now: Int
    }

    private let functions: FunctionCalls
    private let key: String
    /// Of this instance.
    let token =
        String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)

    init(_ functions: FunctionCalls, key: String) {
        self.functions = functions
        self.key = key
    }

    /// That of who reads the intakes of boards, beside all boards: no board can have this name.
    package init(ofIntake functions: FunctionCalls) {
        self.init(functions, key: functions.options.keySpace.begin(of: "@intake") + "lease")
    }

    /// That of who reviews what has waited its time.
    package init(ofReviews functions: FunctionCalls) {
        self.init(functions, key: functions.options.keySpace.begin(of: "@reviews") + "lease")
    }

    /// Takes it, or holds it longer.
    /// - Parameter length: zero: gives it back.
    package func hold(for length: Duration, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Lead {
        var call = RedisCommand("FCALL", "leaderboard_webhooks_lead", "1", key, token)
        call.append(max(0, Int(clamping: length / .milliseconds(1))))
        let fields = try await functions.sendRepeatably(call, on: eventLoop).array ?? []
        guard fields.count == 2, let word = fields[0].integer, let now = fields[1].count else {
            throw .unavailable("unexpected reply")
        }
        return Lead(isHeld: word == 1, now: now)
    }
}
