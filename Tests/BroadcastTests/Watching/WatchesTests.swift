import Board
import NIOCore
import NIOEmbedded
import Testing

@testable import Broadcast

@Suite("Followed users")
struct WatchesTests {
    private let published = Published(cursor: Cursor(epoch: "1", seq: 9), top: [])
    private let top = TopStandings(
        Snapshot(cursor: Cursor(epoch: "1", seq: 9), standings: [Standing(user: "best", score: 90)], isWhole: false),
        capacity: 1
    )

    private func merged(_ changes: PlacedChange...) -> MergedChanges {
        var merged = MergedChanges()
        for change in changes { merged.add(change, time: nil) }
        return merged
    }

    @Test("only their changes make a round, and the source is asked only for whom the copy does not know")
    func round() throws {
        var watches = Watches()
        watches.follow(["best", "other"])
        watches.add(merged(change("nobody", 7, score: 1)))
        var round = watches.begin(published, top)
        #expect(round == nil)
        watches.add(merged(change("best", 8, score: 90), change("other", 9, score: 5)))
        round = watches.begin(published, top)
        #expect(round?.asked == ["other"])
        // One round at a time: what changes meanwhile waits for the next.
        watches.add(merged(change("other", 10, score: 6)))
        let second = watches.begin(published, top)
        #expect(second == nil)
        let number = try #require(round).number
        let outcome = watches.end(number, answer: [UserStanding(user: "other", score: 5, rank: 17)])
        #expect(outcome?.changes.map(\.rank) == [1, 17])
        #expect(outcome?.changes.map(\.change.user) == ["best", "other"])
        let stale = watches.end(number, answer: [])
        #expect(stale == nil)
        round = watches.begin(published, top)
        #expect(round?.changes.map(\.seq) == [10])
    }

    @Test("a rank that moved because others scored is told when it is looked at, once")
    func look() throws {
        var watches = Watches()
        watches.follow(["other"])
        for (rank, isTold) in [(17, true), (17, false), (18, true)] {
            watches.lookAround()
            let begun = watches.begin(published, top)
            let round = try #require(begun)
            #expect(round.asked == ["other"])
            let outcome = watches.end(round.number, answer: [UserStanding(user: "other", score: 5, rank: rank)])
            #expect(outcome?.changes.map(\.rank) == (isTold ? [rank] : []))
        }
    }

    @Test("one who left the board is told of once")
    func gone() throws {
        var watches = Watches()
        watches.follow(["other"])
        let answers: [([UserStanding], [String])] = [
            ([UserStanding(user: "other", score: 5, rank: 3)], []), ([], ["other"]), ([], []),
        ]
        for (answer, gone) in answers {
            watches.lookAround()
            let begun = watches.begin(published, top)
            let outcome = watches.end(try #require(begun).number, answer: answer)
            #expect(outcome?.gone == gone)
        }
    }

    @Test("when the source fails, changes go out without the rank, and the next round asks again")
    func failure() throws {
        var watches = Watches()
        watches.follow(["other"])
        watches.add(merged(change("other", 9, score: 5)))
        let begun = watches.begin(published, top)
        let outcome = watches.fail(try #require(begun).number)
        #expect(outcome?.changes.map(\.rank) == [nil])
        watches.lookAround()
        #expect(watches.begin(published, top)?.asked == ["other"])
    }

    @Test("a round asks for at most 256, and all get their turn")
    func bound() throws {
        var watches = Watches()
        let users = (0..<600).map { "u\($0)" }
        watches.follow(users)
        var seen: Set<String> = []
        for _ in 0..<3 {
            watches.lookAround()
            let begun = watches.begin(published, top)
            let round = try #require(begun)
            #expect(round.asked.count <= Watches.maximumAsked)
            seen.formUnion(round.asked)
            _ = watches.end(round.number, answer: [])
        }
        #expect(seen == Set(users))
    }

    @Test("whom nobody follows any more is forgotten")
    func unfollow() {
        var watches = Watches()
        watches.follow(["a", "b"])
        watches.follow(["a"])
        watches.unfollow(["a", "b"])
        watches.add(merged(change("a", 1), change("b", 2)))
        #expect(watches.begin(published, top)?.changes.map(\.user) == ["a"])
        watches.unfollow(["a", "never"])
        #expect(watches.isEmpty)
    }
}
