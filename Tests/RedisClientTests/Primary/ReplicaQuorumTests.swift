import NIOCore
import Testing

@testable import RedisClient

@Suite("How many replicas have to confirm a write")
struct ReplicaQuorumTests {
    @Test(
        "a majority of those known while nobody promotes one, otherwise all that could be promoted; at least one",
        arguments: [
            // known, down, calm, required
            (0, 0, true, 1), (0, 0, false, 1), (1, 0, true, 1), (1, 0, false, 1), (1, 1, false, 1),
            (2, 0, true, 2), (2, 0, false, 2), (2, 1, false, 2),
            (3, 0, true, 2), (3, 0, false, 3), (3, 1, false, 2), (3, 3, false, 2),
            (5, 0, true, 3), (5, 0, false, 5), (5, 1, false, 4), (5, 4, false, 3),
        ]
    )
    func required(known: Int, down: Int, isCalm: Bool, required: Int) {
        let count = ReplicaCount(connected: 0, known: known, down: down, isCalm: isCalm)
        #expect(count.required(nil) == required)
        #expect(count.required(4) == 4)
    }

    @Test("nothing is confirmed before they are known, and no fewer once one is being promoted")
    func unknown() {
        let quorum = ReplicaQuorum()
        #expect(quorum.required == .max)
        #expect(quorum.requested == 1)
        quorum.isUneasy()
        #expect(quorum.required == .max)
        quorum.learn(ReplicaCount(connected: 3, known: 3, down: 0, isCalm: true))
        #expect(quorum.required == 2)
        quorum.isUneasy()
        #expect(quorum.required == 3)
        #expect(ReplicaQuorum(setting: 2).required == 2)
    }

    @Test("a write is refused unsent only while it is known that too few are there")
    func known() {
        let quorum = ReplicaQuorum()
        #expect(quorum.canBeMet)
        quorum.learn(ReplicaCount(connected: 1, known: 2, down: 0, isCalm: true))
        #expect(!quorum.canBeMet)
        quorum.learn(ReplicaCount(connected: 2, known: 3, down: 0, isCalm: true))
        #expect(quorum.canBeMet)
        quorum.isUneasy()
        #expect(!quorum.canBeMet)
        // Who follows another primary is not known yet.
        quorum.isElsewhere()
        #expect(quorum.canBeMet)
        let set = ReplicaQuorum(setting: 2)
        #expect(set.canBeMet)
        set.learn(ReplicaCount(connected: 1, known: 1, down: 0, isCalm: true))
        #expect(!set.canBeMet)
    }

    @Test("asked out of turn, a replica is not measured by a later offset")
    func outOfTurn() {
        var watch = ReplicaWatch()
        for offset in [100, 200, 300] { watch.heard(offset: offset, followers: [100]) }
        for _ in 0..<9 { watch.heard(offset: 900, followers: [100], isBeat: false) }
        #expect(watch.count(isCalm: false).connected == 1)
    }

    @Test("a replica that has not confirmed what the primary had three beats ago is not connected in earnest")
    func behind() {
        var watch = ReplicaWatch()
        for offset in [100, 200, 300] {
            watch.heard(offset: offset, followers: [offset, 0])
            #expect(watch.count(isCalm: false).connected == 2)
        }
        watch.heard(offset: 400, followers: [100, 99])
        #expect(watch.count(isCalm: false).connected == 1)
        // Another primary counts its own bytes.
        watch.begin()
        watch.heard(offset: 10, followers: [10, 10])
        #expect(watch.count(isCalm: false).connected == 2)
    }

    @Test("without sentinels, who was connected within a minute is known")
    func recent() {
        var watch = ReplicaWatch()
        let start = NIODeadline.now()
        watch.heard(offset: 1, followers: [1, 1])
        #expect(watch.count(isCalm: false, now: start).known == 2)
        watch.heard(offset: 2, followers: [1])
        #expect(watch.count(isCalm: false, now: start + .seconds(59)).known == 2)
        #expect(watch.count(isCalm: false, now: start + .seconds(61)).known == 1)
        watch.listed = 3
        #expect(watch.count(isCalm: false, now: start + .seconds(62)).known == 3)
    }

    @Test(
        "the old primary is no replica before it says so itself; nobody else is passed over who says that it is a primary"
    )
    func formerPrimary() {
        let (old, other) = (
            RedisEndpoint.Address.tcp(host: "h", port: 2), RedisEndpoint.Address.tcp(host: "h", port: 3)
        )
        var answer = SentinelAnswer.of(primary: 1)
        answer.replicas = [.init(address: old, reportsPrimary: true), .init(address: other, reportsPrimary: true)]
        var watch = ReplicaWatch()
        watch.told(by: [answer], of: 1)
        #expect(watch.count(isCalm: false).known == 2)
        watch.begin(after: old)
        watch.told(by: [answer], of: 1)
        #expect(watch.count(isCalm: false).known == 1)
        let before = answer
        answer.replicas[0].reportsPrimary = false
        watch.told(by: [answer], of: 1)
        #expect(watch.count(isCalm: false).known == 2)
        // It has followed once: from now on it may be promoted, and say so.
        watch.told(by: [before], of: 1)
        #expect(watch.count(isCalm: false).known == 2)
    }

    @Test("a replica is given up when most of all sentinels, not of those who answer, call it down for a minute")
    func givenUp() {
        func answer(_ downFor: Duration?) -> SentinelAnswer {
            var answer = SentinelAnswer.of(primary: 1)
            answer.replicas = [
                .init(address: .tcp(host: "h", port: 2)), .init(address: .tcp(host: "h", port: 3), downFor: downFor),
            ]
            return answer
        }
        func known(_ answers: [SentinelAnswer], of sentinels: Int) -> ReplicaCount {
            var watch = ReplicaWatch()
            watch.heard(offset: 1, followers: [1])
            watch.told(by: answers, of: sentinels)
            return watch.count(isCalm: false)
        }
        let (long, short) = (Duration.seconds(60), Duration.seconds(59))
        #expect(known([answer(nil)], of: 1) == ReplicaCount(connected: 1, known: 2, down: 0))
        #expect(known([answer(short), answer(short)], of: 3) == ReplicaCount(connected: 1, known: 2, down: 1))
        #expect(known([answer(long), answer(short)], of: 3) == ReplicaCount(connected: 1, known: 2, down: 1))
        #expect(known([answer(long), answer(long)], of: 3) == ReplicaCount(connected: 1, known: 1, down: 0))
        #expect(known([answer(long)], of: 3) == ReplicaCount(connected: 1, known: 2, down: 0))
    }
}

extension SentinelAnswer {
    /// Of a sentinel that names the port.
    static func of(primary port: Int, epoch: Int = 1) -> SentinelAnswer {
        func text(_ text: String) -> RESPValue { .string(Array(text.utf8)) }
        let replies: [RESPValue] = [
            .array([text("config-epoch"), text("\(epoch)")]), .array([text("h"), text("\(port)")]),
        ]
        guard let answer = SentinelAnswer(replies, saidBy: .tcp(host: "s", port: 1)) else {
            fatalError("a good answer")
        }
        return answer
    }
}
