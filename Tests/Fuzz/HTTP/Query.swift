import Board
import Broadcast
import HTTPServer
import Leaderboard

@testable import LeaderboardService

extension FuzzTarget {
    static let query = FuzzTarget(
        "query",
        "what stands behind the question mark of each route",
        dictionary: "query",
        maximumBytes: 256
    ) { input in
        let query = Query(input.text)
        if let page = try? Page(query) {
            promise((1...100).contains(page.limit) && page.offset >= 0, "a page is within its bounds")
        }
        if case .shared(.users(let users))? = try? AskedView(query) {
            promise((1...AskedView.maximumUsers).contains(users.count), "a view is of some users")
            promise(users.allSatisfy { (try? UserID($0)) != nil }, "a view's users are valid")
        }
        if let asked = try? AuditQuery(query) {
            promise((1...1000).contains(asked.limit), "a page of the audit is bounded")
            promise([asked.filter.since, asked.filter.until].allSatisfy { $0 ?? 0 >= 0 }, "no time before 1970")
        }
        _ = query.values("cursor").first.flatMap(Cursor.init)
    }
}
