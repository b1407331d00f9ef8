import Leaderboard
import Seasons
import Testing

@testable import LeaderboardService

@Suite("A walk through a board for members that are no users")
struct ForeignMembersWalkTests {
    private static let end = SetAside(cursor: SetAside.start, moved: 0)

    @Test("goes through its seasons behind it, and then begins anew")
    func seasons() throws {
        let keys = BoardKeys(board: "b")
        let window = try #require(WindowName("daily"))
        let seasons = ["1", "2"].map { keys.season(window: window, id: $0) }
        var (walk, places) = (ForeignMembersWalk(), [SeasonKeys?]())
        walk.begin(seasons)
        repeat {
            places.append(walk.season)
            walk.took(SetAside(cursor: "7", moved: 0))
            #expect(!walk.isAtStart)
            walk.took(Self.end)
        } while !walk.isAtStart
        #expect(places.count == 3 && places.first == .some(nil) && Set(places.compactMap(\.self)) == Set(seasons))
    }

    @Test("is hurried until nothing more was found in a whole one, seasons included")
    func hurried() throws {
        let window = try #require(WindowName("daily"))
        var walk = ForeignMembersWalk()
        walk.begin([BoardKeys(board: "b").season(window: window, id: "1")])
        walk.took(Self.end)
        walk.took(SetAside(cursor: SetAside.start, moved: 1))
        for _ in 0..<2 {
            #expect(walk.isHurried && walk.isAtStart)
            walk.took(Self.end)
        }
        #expect(!walk.isHurried)
    }
}
