import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Following a player on the page, in a real browser", .serialized)
struct FollowInBrowserTests {
    private static let followed =
        "['rank', 'score'].map((part) => document.querySelector('#player-' + part).textContent).join()"
    private static let around = """
        [...document.querySelectorAll("#around li")].map((row) =>
          (row.hasAttribute("aria-current") ? "*" : "") + row.querySelector("button").dataset.user).join()
        """
    private static let offered =
        "[...document.querySelectorAll('#find-list [role=option]')].map((option) => option.textContent).join()"

    private static func text(_ part: String) -> String { "document.querySelector('\(part)').textContent" }

    private static func find(_ text: String, _ page: BrowserPage) async throws {
        try await page.evaluate(
            "(document.querySelector('#find-name').focus(), document.querySelector('#find-name').select(), 0)"
        )
        try await page.type(text)
        try await page.press("Enter")
    }

    @Test("shows who is around, keeps the player's row at the edge of a phone, and moves nothing on the page")
    func follows() async throws {
        try await withService { service, redis in
            for user in 1...30 { try await redis.command("ZADD", "lb:{main}:scores", "\(user * 100)", "u\(user)") }
            try await redis.command("HSET", "lb:{main}:meta", "u5", #"{"name":"Ada Lovelace"}"#)
            try await withBrowser { page in
                try await page.resize(width: 1280, height: 800, isPhone: false)
                try await page.open("http://127.0.0.1:\(service.port)/")
                let areThere = "document.querySelectorAll('#standings .row').length === 10"
                try await page.wait(for: "\(BrowserPage.isLive) && \(areThere)")
                let size =
                    "[document.documentElement.scrollHeight, document.querySelector('.row').offsetHeight, scrollY].join()"
                let before = try await page.evaluate(size)
                try await Self.find("u5", page)
                try await page.wait(for: "\(Self.followed) === '#26,500'")
                try await page.wait(for: "\(Self.around) === 'u7,u6,*u5,u4,u3'")
                #expect(try await page.evaluate(Self.text("#around [aria-current] button")) == "Ada Lovelace")
                try await page.wait(for: "\(Self.text("#player-name")) === 'Ada Lovelace'")
                #expect(try await page.evaluate(size) == before)
                #expect(try await page.evaluate("document.querySelector('#mine').getClientRects().length") == "0")

                try await page.resize(width: 390, height: 844)
                try await page.wait(for: "!document.querySelector('#mine').hidden")
                let mine =
                    "['rank', 'name', 'score'].map((part) => document.querySelector('#mine-' + part).textContent).join()"
                #expect(try await page.evaluate(mine) == "26,Ada Lovelace,500")
                let isAtEdge = """
                    (({ bottom, left, right }) => bottom === innerHeight && left === 0 && right === innerWidth)(
                      document.querySelector("#mine").getBoundingClientRect())
                    """
                #expect(try await page.evaluate(isAtEdge) == "true")
                // The standings come before what is of interest to operators.
                let isFirst = """
                    document.querySelector("#standings").getBoundingClientRect().bottom
                      <= document.querySelector(".numbers").getBoundingClientRect().top
                    """
                #expect(try await page.evaluate(isFirst) == "true")
                try await page.evaluate("document.querySelector('#mine').click()")
                try await page.wait(for: "document.querySelector('#mine').hidden && scrollY > 0")
                // From a neighbour to the next one, and up to where the row itself is in sight.
                try await page.evaluate("document.querySelector('#around [data-user=u7]').click()")
                try await page.wait(for: "\(Self.followed) === '#24,700'")
                let writer = try await service.connect()
                for _ in 1...3 { _ = try await service.update("u7", 1_000, on: writer) }
                try await page.wait(for: "\(Self.followed) === '#1,3,700' && \(Self.around) === ''")
                try await page.resize(width: 390, height: 400)
                try await page.evaluate("(scrollTo(0, 0), 0)")
                try await page.wait(for: "document.querySelector('#mine').hidden")
                // Just below the row, when it stands still, and the card is not to be seen yet.
                try await page.wait(
                    for: "document.querySelector('#standings').getAnimations({ subtree: true }).length === 0"
                )
                try await page.evaluate(
                    "(scrollTo(0, scrollY + document.querySelector('[data-user=u7]').getBoundingClientRect().bottom), 0)"
                )
                try await page.wait(for: "!document.querySelector('#mine').hidden")
                #expect(try await page.evaluate("location.search") == "?player=u7")
                #expect(await page.problems.map(\.description) == [])
            }
        }
    }

    @Test("shows all digits of the longest scores in the card and around it", arguments: [(1280, false), (360, true)])
    func longScores(width: Int, isPhone: Bool) async throws {
        try await withService { service, redis in
            for user in 1...12 {
                try await redis.command("ZADD", "lb:{main}:scores", "\(9_007_199_254_740_991 - user)", "player-\(user)")
            }
            try await withBrowser { page in
                try await page.resize(width: width, height: 740, isPhone: isPhone)
                try await page.open("http://127.0.0.1:\(service.port)/?player=player-12")
                try await page.wait(for: "\(Self.followed) === '#12,9,007,199,254,740,979'")
                try await page.wait(for: "document.querySelectorAll('#around li').length > 1")
                let outside = """
                    (({ left, right }) => [...document.querySelectorAll("#player-score, #around :is(button, .score)")]
                      .filter((part) => {
                        const box = part.getBoundingClientRect();
                        return box.left < left || box.right > right || part.scrollWidth > part.clientWidth + 1;
                      }).map((part) => part.textContent).join())(document.querySelector("#player").getBoundingClientRect())
                    """
                #expect(try await page.evaluate(outside) == "")
            }
        }
    }

    @Test("offers whom the page knows by the beginning of an id or a name, by mouse and by keys")
    func offers() async throws {
        try await withService { service, redis in
            for (user, score) in [("ada-1", 50), ("ada-2", 40), ("bob", 30)] {
                try await redis.command("ZADD", "lb:{main}:scores", "\(score)", user)
            }
            try await redis.command("HSET", "lb:{main}:meta", "bob", #"{"name":"Grace Hopper"}"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(
                    for: "document.querySelector('#standings [data-user=bob] .name')?.textContent === 'Grace Hopper'"
                )
                try await page.press("/")
                try await page.type("AD")
                try await page.wait(for: "\(Self.offered) === 'ada-1,ada-2'")
                let input = "document.querySelector('#find-name')"
                #expect(try await page.evaluate("\(input).getAttribute('aria-expanded')") == "true")
                try await page.press("ArrowDown")
                try await page.press("ArrowDown")
                let active = "document.getElementById(\(input).getAttribute('aria-activedescendant')).dataset.user"
                #expect(try await page.evaluate(active) == "ada-2")
                try await page.press("Enter")
                try await page.wait(for: "\(Self.followed) === '#2,40' && document.querySelector('#find-list').hidden")
                // A word of a name is enough where it is one player's; where it is not, there is a choice.
                try await Self.find("hop", page)
                try await page.wait(for: "\(Self.followed) === '#3,30'")
                try await Self.find("ada", page)
                try await page.wait(for: "\(Self.offered) === 'ada-1,ada-2'")
                try await page.evaluate("document.querySelector('#find-list [data-user=ada-1]').click()")
                try await page.wait(for: "\(Self.followed) === '#1,50'")
                #expect(try await page.evaluate("location.search") == "?player=ada-1")
                #expect(await page.problems.filter { $0.source != "network" }.map(\.description) == [])
            }
        }
    }

    @Test("who is looked for and is not on the board is found as soon as they are")
    func missing() async throws {
        try await withService { service, _ in
            _ = try await service.update("eve", 50, on: try await service.connect())
            _ = try await service.update("bob", 70, on: try await service.connect())
            _ = try await service.operate("POST", "/users/eve/suspend", #"{"reason":"r"}"#)
            try await withBrowser { page in
                try await page.open("http://127.0.0.1:\(service.port)/")
                try await page.wait(for: BrowserPage.isLive)
                try await Self.find("eve", page)
                try await page.wait(for: "\(Self.text("#find-answer")).includes('eve')")
                _ = try await service.operate("POST", "/users/eve/reinstate", #"{"reason":"r"}"#)
                try await page.wait(for: "\(Self.followed) === '#2,50' && \(Self.text("#find-answer")) === ''")
                try await Self.find("newcomer", page)
                try await page.wait(for: "\(Self.text("#find-answer")).includes('newcomer')")
                _ = try await service.update("newcomer", 60, on: try await service.connect())
                try await page.wait(for: "\(Self.followed) === '#2,60' && \(Self.text("#find-answer")) === ''")
            }
        }
    }
}
