import Board
import NIOCore
import Seasons
import Testing

@testable import Broadcast

@Suite("A live message of a window")
struct SeasonMessageTests {
    private static let read = NIODeadline.uptimeNanoseconds(5_000_000_000)
    private static let first = Season(id: "W48", from: 10_000_000, until: 20_000_000)
    private static let second = Season(id: "W49", from: 20_000_000, until: 30_000_000)
    private static let subject = Subject(board: "b-1", window: "weekly", season: "W48")

    private static func published(_ season: Season, seq: Int = 121) -> Published {
        Published(
            cursor: Cursor(epoch: "17.weekly.\(season.id)", seq: seq),
            top: [Standing(user: "ada", score: 200)],
            season: ShownSeason(season: season, clock: RedisClock(19_500_000, readAt: read))
        )
    }

    @Test("is byte for byte what the contract says")
    func golden() throws {
        let published = Self.published(Self.first)
        let now = Self.read + .milliseconds(7)
        #expect(
            String(buffer: Message.snapshot(published, of: Self.subject, now: now))
                == #"{"type":"snapshot","board":"b-1","window":"weekly","season":"W48","cursor":"17.weekly.W48:121","#
                + #""from":10000,"until":20000,"now":19507,"scoreboard":[{"user_id":"ada","score":200}]}"#
        )
        #expect(
            String(buffer: Message.scoreboard(published, of: Self.subject))
                == #"{"type":"scoreboard","board":"b-1","window":"weekly","season":"W48","cursor":"17.weekly.W48:121","#
                + #""scoreboard":[{"user_id":"ada","score":200}]}"#
        )
        #expect(
            String(buffer: Message.changes(to: published.cursor, from: 122, MergedChanges(), of: Self.subject))
                == #"{"type":"changes","board":"b-1","window":"weekly","season":"W48","cursor":"17.weekly.W48:121","#
                + #""from":122,"changes":[]}"#
        )
        let ended = LastStandings(top: [Standing(user: "bob", score: 300)], total: 12, isFinal: true)
        let turn = try #require(SeasonTurn(from: published, ended, to: Self.published(Self.second).season))
        #expect(
            String(buffer: Message.season(turn, of: Self.subject, now: now))
                == #"{"type":"season","board":"b-1","window":"weekly","season":"W48","cursor":"17.weekly.W48:121","#
                + #""from":10000,"until":20000,"now":19507,"final":true,"total":12,"#
                + #""scoreboard":[{"user_id":"bob","score":300}],"next":{"season":"W49","from":20000,"until":30000}}"#
        )
        let last = SeasonTurn(
            last: Self.first,
            from: published.cursor,
            ended,
            RedisClock(20_000_000, readAt: Self.read)
        )
        let told = String(
            buffer: Message.season(last, of: Self.subject, said: ["bob": #"{"name":"B"}"#], now: Self.read)
        )
        #expect(told.hasSuffix(#""scoreboard":[{"user_id":"bob","score":300,"metadata":{"name":"B"}}],"next":null}"#))
        let said = Message.metadata([("bob", #"{"name":"B"}"#), ("ada", nil)], of: Self.subject)
        #expect(
            String(buffer: said)
                == #"{"type":"metadata","board":"b-1","window":"weekly","season":"W48","users":"#
                + #"[{"user_id":"bob","metadata":{"name":"B"}},{"user_id":"ada","metadata":null}]}"#
        )
    }

    @Test("of a season without an end says null, and of one that was ended, when")
    func open() throws {
        let open = Season(id: "1", from: 10_000_000, until: Season.open)
        let snapshot = String(buffer: Message.snapshot(Self.published(open), of: Self.subject, now: Self.read))
        #expect(snapshot.contains(#""from":10000,"until":null,"now":19500,"#))
        let ended = LastStandings(top: [], total: 0, isFinal: false)
        let next = ShownSeason(season: Self.second, clock: RedisClock(20_000_000, readAt: Self.read))
        let turn = try #require(SeasonTurn(from: Self.published(open), ended, to: next))
        #expect(turn.season.until == 20_000_000)
    }

    @Test("tells of no end where none was: at first, of the same season, and of one that was before")
    func none() {
        let ended = LastStandings(top: [], total: 0, isFinal: true)
        let (first, second) = (Self.published(Self.first), Self.published(Self.second))
        #expect(SeasonTurn(from: nil, ended, to: second.season) == nil)
        #expect(SeasonTurn(from: first, ended, to: first.season) == nil)
        #expect(SeasonTurn(from: second, ended, to: first.season) == nil)
        #expect(SeasonTurn(from: first, nil, to: second.season) == nil)
        #expect(SeasonTurn(from: Published(cursor: first.cursor, top: []), ended, to: second.season) == nil)
        #expect(SeasonTurn(from: first, ended, to: nil) == nil)
    }
}
