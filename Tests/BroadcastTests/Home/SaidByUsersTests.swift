import Board
import Testing

@testable import Broadcast

@Suite("What is said by the users of the rows")
struct SaidByUsersTests {
    private static func rows(_ users: String...) -> [Standing] { users.map { Standing(user: $0, score: 1) } }

    @Test(
        "is asked for once for who is new, and again for who says something else, also while the question is under way"
    )
    func questions() throws {
        var said = SaidByUsers()
        said.show(Self.rows("ada", "bob"))
        #expect(!said.knows(Self.rows("ada")))
        let askedfirst = said.ask()
        let first = try #require(askedfirst)
        #expect(first.users == ["ada", "bob"])
        said.show(Self.rows("ada", "bob"))
        #expect(!said.isQuestionDue)
        said.changed("bob")
        said.changed("eve")
        #expect(!said.isQuestionDue)
        let known = said.end(first.number, first.users, ["{}", nil])
        #expect(known.map(\.user) == ["ada", "bob"])
        #expect(said.knows(Self.rows("ada", "bob")))
        let askedsecond = said.ask()
        let second = try #require(askedsecond)
        #expect(second.users == ["bob"])
        let changed = said.end(second.number, second.users, ["1"])
        #expect(changed.map(\.user) == ["bob"] && changed.map(\.said) == ["1"])
        said.changed("bob")
        let askedthird = said.ask()
        let third = try #require(askedthird)
        let same = said.end(third.number, third.users, ["1"])
        #expect(same.isEmpty && !said.isQuestionDue)
    }

    @Test("is forgotten of who is no longer shown, and when nobody wants to know; a late answer tells nothing")
    func forgetting() throws {
        var said = SaidByUsers()
        said.show(Self.rows("ada", "bob"))
        let askedfirst = said.ask()
        let first = try #require(askedfirst)
        _ = said.end(first.number, first.users, ["1", "2"])
        said.show(Self.rows("bob"))
        said.changed("ada")
        #expect(said.known.keys.sorted() == ["bob"] && !said.isQuestionDue)
        said.show(Self.rows("ada"))
        let askedsecond = said.ask()
        let second = try #require(askedsecond)
        said.forget()
        let late = said.end(second.number, second.users, ["1"])
        #expect(late.isEmpty && said.known.isEmpty)
        said.show(Self.rows("ada"))
        let again = said.ask()
        #expect(again?.users == ["ada"])
    }

    @Test("is asked for again where there was no answer, or one of another length")
    func failures() throws {
        var said = SaidByUsers()
        said.show(Self.rows("ada", "bob"))
        let askedfirst = said.ask()
        let first = try #require(askedfirst)
        said.fail(first.number)
        let again = said.ask()
        #expect(again?.users == ["ada", "bob"])
    }
}
