import Board
import Seasons
import Testing

@testable import Broadcast

@Suite("What a change means to who sees a season of a window")
struct SeasonPlaceTests {
    private let place = SeasonPlace(
        Season(id: "W48", from: 10, until: 20),
        of: "weekly",
        epoch: "7",
        index: 1,
        listed: 2
    )

    private static func change(_ windows: WindowScores?, seq: Int? = 6) -> Change {
        Change(user: "a", score: 100, increase: 5, seq: seq, epoch: "7", time: nil, windows: windows)
    }

    @Test(
        "is the score in it, nothing, or not told",
        arguments: [
            (change(WindowScores([1, 2])), .score(2, increase: 5)),
            (change(WindowScores([1, 2], increases: [1, -3])), .score(2, increase: -3)),
            // Late ones name the seasons in which they count.
            (change(WindowScores([1, 2], seasons: ["daily 2026-11-27", "weekly W48"])), .score(2, increase: 5)),
            (change(WindowScores([1, 2], seasons: ["weekly W48", "daily 2026-11-27"])), .score(1, increase: 5)),
            (change(WindowScores([1, 2], seasons: ["daily 2026-11-27", "weekly W47"])), .nothing),
            // Of another definition than the one by which it was looked at.
            (change(WindowScores([1])), .unknown), (change(WindowScores([1, 2, 3])), .unknown),
            (change(WindowScores([])), .unknown),
            (change(WindowScores([], seasons: ["weekly W48"])), .unknown),
            (change(WindowScores([1, 2], increases: [])), .score(2, increase: 5)),
            // An operator's act, and another service's write.
            (change(nil), .unknown), (change(nil, seq: nil), .nothing),
        ] as [(Change, SeasonPlace.Meaning)]
    )
    func meaning(change: Change, meaning: SeasonPlace.Meaning) {
        #expect(place.meaning(of: change) == meaning)
    }

    @Test("is nothing while changes do not count in it")
    func outside() {
        let place = SeasonPlace(Season(id: "cup", from: 10, until: 20), of: "cup", epoch: "7", index: nil, listed: 2)
        #expect(place.meaning(of: Self.change(WindowScores([1, 2]))) == .nothing)
    }

    @Test("goes on where other windows begin anew, by their new order; and ends where its own does")
    func begun() {
        let same = Season(id: "W48", from: 10, until: 21)
        let next = place.after(
            BegunWindows([("weekly", same), ("daily", same), ("x", same)], at: Cursor(epoch: "7", seq: 9))
        )
        #expect(next == SeasonPlace(same, of: "weekly", epoch: "7", index: 0, listed: 3))
        let other = Season(id: "W49", from: 20, until: 30)
        #expect(place.after(BegunWindows([("weekly", other)], at: Cursor(epoch: "7", seq: 9))) == nil)
        #expect(place.after(BegunWindows([("daily", same)], at: Cursor(epoch: "7", seq: 9))) == nil)
    }
}
