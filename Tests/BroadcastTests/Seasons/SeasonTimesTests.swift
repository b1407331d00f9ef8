import NIOCore
import Testing

@testable import Broadcast

@Suite("The end of a season")
struct SeasonTimesTests {
    private static let read = NIODeadline.uptimeNanoseconds(5_000_000_000)

    @Test(
        "is timed by Redis' clock, if it is near",
        arguments: [
            (1_000_000, 1_000_001, read + .microseconds(1)), (1_000_000, 1_500_000, read + .milliseconds(500)),
            (0, 3_600_000_000, read + .hours(1)), (0, 3_600_000_001, nil), (1_000_000, 1_000_000, nil),
            (1_000_000, 999_999, nil), (0, .max, nil), (-1, .max, nil), (.min, .max, nil), (.max, .min, nil),
        ] as [(Int, Int, NIODeadline?)]
    )
    func time(moment: Int, end: Int, expected: NIODeadline?) {
        #expect(RedisClock(moment, readAt: Self.read).time(of: end) == expected)
    }

    @Test("Redis' clock goes on with the machine's, and not backwards")
    func clock() {
        let clock = RedisClock(1_000_000, readAt: Self.read)
        #expect(clock.microseconds(at: Self.read + .milliseconds(3)) == 1_003_000)
        #expect(clock.microseconds(at: Self.read - .seconds(3)) == 1_000_000)
        #expect(clock.microseconds(at: .distantFuture) > 1_000_000)
    }

    @Test("is asked for once, a while behind it, and again with growing pauses where that failed")
    func due() {
        var end = SeasonEnd()
        let now = Self.read
        #expect(end.due == nil)
        #expect(end.takeDue(now: .distantFuture) == false)
        end.found(now + .seconds(2), wait: .milliseconds(30), now: now)
        let due = now + .milliseconds(2030)
        #expect(end.due == due)
        #expect(end.takeDue(now: due - .nanoseconds(1)) == false)
        #expect(end.takeDue(now: due) == true)
        #expect(end.takeDue(now: due) == false)
        var pauses: [TimeAmount] = []
        for _ in 0..<12 {
            end.failed(now: due)
            if let next = end.due { pauses.append(next - due) }
        }
        #expect(pauses.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(pauses.last == .seconds(5))
        // It is owed still, when the next one is shown; told, it is not.
        end.found(due + .hours(1), wait: .zero, now: due)
        #expect(end.due == due + .seconds(5))
        end.succeeded()
        // One that is over already is asked for at once.
        end.found(now - .seconds(1), wait: .zero, now: now)
        #expect(end.due == now)
        end.found(nil, wait: .zero, now: now)
        #expect(end.due == nil)
    }
}
