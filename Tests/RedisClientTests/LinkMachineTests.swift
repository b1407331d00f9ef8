import NIOCore
import Testing

@testable import RedisClient

@Suite("The states of a link")
struct LinkMachineTests {
    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private static let delay = Duration.milliseconds(50) ... .milliseconds(500)

    enum Stage: CaseIterable { case idle, locating, connecting, signingIn, waiting, ready, stopped }

    /// A machine on its first try, as far as the stage.
    private static func machine(_ stage: Stage) -> LinkMachine {
        var machine = LinkMachine(delay: delay)
        if stage == .idle { return machine }
        #expect(machine.start() == .locate)
        if stage == .locating { return machine }
        #expect(machine.located(1) == .connect)
        if stage == .connecting { return machine }
        #expect(machine.connected(1) == .signIn)
        if stage == .signingIn { return machine }
        #expect(machine.signedIn(1) == .join)
        if stage == .waiting { return machine }
        #expect(machine.admitted(1, generation: 9, now: now) == .use)
        if stage == .stopped { _ = machine.stop() }
        return machine
    }

    @Test("what is due in a state moves it on; anything else leaves it as it is", arguments: Stage.allCases)
    func inputs(stage: Stage) {
        func expect(
            _ due: Stage,
            _ action: LinkMachine.Action,
            otherwise: LinkMachine.Action = .nothing,
            _ input: (inout LinkMachine) -> LinkMachine.Action
        ) {
            var machine = Self.machine(stage)
            let before = machine.state
            #expect(input(&machine) == (stage == due ? action : otherwise))
            #expect((machine.state == before) == (stage != due))
        }
        expect(.idle, .locate) { $0.start() }
        expect(.locating, .connect) { $0.located(1) }
        expect(.connecting, .signIn, otherwise: .close) { $0.connected(1) }
        expect(.signingIn, .join) { $0.signedIn(1) }
        expect(.waiting, .use, otherwise: .close) { $0.admitted(1, generation: 2, now: Self.now) }
        expect(.waiting, .failed(retryAfter: .zero)) { $0.turnedAway(1) }
        expect(.ready, .lost(retryAfter: .zero)) { $0.leave(9, now: Self.now) }
    }

    @Test("an end is a failure before it is of use, a loss after it, and nothing where there is no connection")
    func ends() {
        for stage in Stage.allCases {
            var machine = Self.machine(stage)
            let expected: LinkMachine.Action =
                switch stage {
                case .idle, .stopped: .nothing
                case .ready: .lost(retryAfter: .zero)
                default: .failed(retryAfter: .zero)
                }
            #expect(machine.ended(machine.attempt, now: Self.now) == expected)
            if expected != .nothing { #expect(machine.state == .idle) }
        }
    }

    @Test("what comes of an earlier try, or is said of another generation, is passed over", arguments: Stage.allCases)
    func earlier(stage: Stage) {
        var machine = Self.machine(stage)
        let before = machine.state
        #expect(machine.located(0) == .nothing)
        #expect(machine.connected(0) == .close)
        #expect(machine.signedIn(0) == .nothing)
        #expect(machine.admitted(0, generation: 1, now: Self.now) == .close)
        #expect(machine.turnedAway(0) == .nothing)
        #expect(machine.ended(0, now: Self.now) == .nothing)
        #expect(machine.leave(8, now: Self.now) == .nothing)
        #expect(machine.state == before)
    }

    @Test("tries follow ever more slowly up to a cap; after a connection that lived, at once")
    func delays() {
        var machine = LinkMachine(delay: Self.delay)
        for expected in [0, 50, 100, 200, 400, 500, 500] {
            _ = machine.start()
            #expect(machine.ended(machine.attempt, now: Self.now) == .failed(retryAfter: .milliseconds(expected)))
        }
        _ = machine.start()
        let attempt = machine.attempt
        _ = machine.located(attempt)
        _ = machine.connected(attempt)
        _ = machine.signedIn(attempt)
        _ = machine.admitted(attempt, generation: 1, now: Self.now)
        #expect(machine.ended(attempt, now: Self.now + .milliseconds(500)) == .lost(retryAfter: .zero))
    }

    @Test("who stops tells what it was in, and takes nothing up again", arguments: Stage.allCases)
    func stops(stage: Stage) {
        var machine = Self.machine(stage)
        let before = machine.state
        #expect(machine.stop() == before)
        #expect(machine.start() == .nothing)
        #expect(machine.state == .stopped)
    }
}
