import Foundation
import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The link to the next page", .timeLimit(.minutes(5)))
struct NextPageTests {
    @Test("leads through each list to its end, and each entry comes once")
    func lists() async throws {
        try await withService(["BOARDS_MAX": "20"]) { service, redis in
            let operate = try await AnOperator(service)
            let definition =
                #"{"visibility":"members","segments":["team"],"totals":["team"],"# + #""windows":[{"name":"all"}]}"#
            for name in ["a", "b", "c"] { _ = try await operate.put(name, "{}", .make) }
            #expect(try await operate.put("d", definition, .make).status == 201)
            for user in ["ada", "bob", "c+d", "dan", "eve"] {
                let path = "/d/members/\(user)"
                #expect(try await operate.ask("PUT", path).status == 200)
                let board = #"{"user_id":"\#(user)","score_increase":5,"segments":["team:\#(user.prefix(1))"]}"#
                let token = try service.token(user)
                let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
                for name in ["main", "d"] {
                    let body = name == "d" ? board : #"{"user_id":"\#(user)","score_increase":5}"#
                    let path = "/api/v1/boards/\(name)/score/update"
                    let answer = try await service.connect().request("POST", path, headers, body: body)
                    #expect(answer.status == 200, "\(answer.body)")
                }
            }
            let lists: [(path: String, member: String?, name: String, count: Int)] = [
                ("/api/v1/scoreboard?limit=2", nil, "user_id", 5),
                ("/api/v1/boards/main/scoreboard?limit=2", nil, "user_id", 5),
                ("/api/v1/boards/main/scoreboard?offset=1&limit=2&x=%3E%20%22", nil, "user_id", 4),
                ("/api/v1/boards/d/scoreboard?limit=2&include=metadata", nil, "user_id", 5),
                ("/api/v1/boards/d/totals/team?limit=2", nil, "segment", 5),
                (
                    "/api/v1/boards/main/scoreboard?as_of=\(Int(Date.now.timeIntervalSince1970 * 1000))&limit=1",
                    "scoreboard",
                    "user_id", 5
                ),
                ("/api/v1/boards?limit=1", "boards", "name", 4),
                ("/api/v1/admin/boards?limit=3", "boards", "name", 5),
                ("/api/v1/admin/boards/d/members?limit=2", "members", "", 5),
                ("/api/v1/admin/users/c%2bd/boards?all=true&limit=2", "boards", "board", 5),
                ("/api/v1/admin/audit?limit=2", "entries", "id", 5),
                ("/api/v1/admin/boards/d/audit?user_id=c+d&limit=1", "entries", "id", 1),
            ]
            for list in lists {
                let found = try await walk(list.path, list.member, list.name, service)
                #expect(found.count == list.count && Set(found).count == found.count, "\(list.path): \(found)")
            }
        }
    }

    /// What stands in all pages, from the first on.
    private func walk(
        _ path: String,
        _ member: String?,
        _ name: String,
        _ service: RunningService
    ) async throws -> [String] {
        let token = try service.token("ops", scope: "leaderboard:admin")
        let isPublic = path.hasPrefix("/api/v1/boards?") || path.hasPrefix("/api/v1/scoreboard")
        var (found, next, pages): ([String], String?, Int) = ([], path, 0)
        while let path = next {
            pages += 1
            try #require(pages < 20, "\(path)")
            var headers = isPublic ? [:] : ["Authorization": "Bearer \(token)"]
            headers["Authorization"] =
                path.contains("/d/scoreboard") || path.contains("/d/totals")
                ? "Bearer \(try service.token("ada"))" : headers["Authorization"]
            let answer = try await service.connect().request("GET", path, headers)
            try #require(answer.status == 200, "\(path): \(answer.body)")
            let json = try JSONSerialization.jsonObject(with: Data(answer.body.utf8))
            let rows = member.flatMap { (json as? [String: Any])?[$0] } ?? json
            if let names = rows as? [String] { found += names }
            for row in rows as? [[String: Any]] ?? [] { found.append("\(row[name] ?? "?")") }
            let link = answer.headers["link"]
            next = try link.map { link in
                let match = try #require(link.wholeMatch(of: /<(\/api\/v1\/[!#-;=?-~]+)>; rel="next"/), "\(link)")
                return String(match.1)
            }
            let exposed = answer.headers["access-control-expose-headers"]
            if let exposed { #expect(exposed.contains("Link") == (link != nil), "\(path)") }
        }
        return found
    }

    @Test(
        "has the query as it was sent, but for where the page begins",
        arguments: [
            (nil, "after=x"), ("", "after=x"), ("limit=2", "limit=2&after=x"),
            ("after=a&limit=2&after=b", "limit=2&after=x"), ("%61fter=a", "after=x"),
            ("q=%3E&r=a+b", "q=%3E&r=a+b&after=x"), ("q=<a>\"|&&r", "q=%3Ca%3E%22%7C&r&after=x"),
        ] as [(String?, String)]
    )
    func query(sent: String?, link: String) {
        #expect(Query(sent).text(replacing: ["cursor", "after"], with: "after", "x") == link)
    }

    @Test("of seasons goes on behind those that end together")
    func seasons() async throws {
        try await withService { service, _ in
            let operate = try await AnOperator(service)
            let windows = ["day", "week", "other", "round"].map { name in
                #"{"name":"\#(name)","reset":"\#(name == "round" ? "manual" : "daily")"}"#
            }
            let definition = #"{"windows":[{"name":"all"},\#(windows.joined(separator: ","))]}"#
            #expect(try await operate.put("s", definition, .make).status == 201)
            let connection = try await service.connect()
            let all = try await connection.request("GET", "/api/v1/boards/s/seasons")
            #expect(all.headers["link"] == nil)
            var (found, next): ([Substring], String?) = ([], "/api/v1/boards/s/seasons?limit=1")
            while let path = next, found.count < 10 {
                let answer = try await connection.request("GET", path)
                #expect(answer.status == 200, "\(answer.body)")
                found += answer.body.matches(of: /"window":"(\w+)"/).map(\.1)
                next = answer.headers["link"].flatMap { $0.firstMatch(of: /<(.*)>/).map { String($0.1) } }
            }
            #expect(found == all.body.matches(of: /"window":"(\w+)"/).map(\.1))
            #expect(found.count == 4)
            for after in ["", "x", "1", "1:", ":day", "-1:d e", "9223372036854775808:day"] {
                let path = "/api/v1/boards/s/seasons?after=\(after.replacing(" ", with: "+"))"
                #expect(try await connection.request("GET", path).code == "invalid_query", "\(after)")
            }
        }
    }

    @Test("of the audit takes the word of all lists as well as its own, one at a time")
    func audit() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            for _ in 1...3 { #expect(try await service.update("ada", 1, on: connection).status == 200) }
            let headers = ["Authorization": "Bearer \(try service.token("ops", scope: "leaderboard:admin"))"]
            func page(_ query: String) async throws -> TestResponse {
                try await connection.request("GET", "/api/v1/admin/audit?\(query)", headers)
            }
            let next = try #require(try await page("limit=1").json?["next"] as? String)
            let behind = try await page("limit=1&after=\(next)")
            #expect(behind.status == 200)
            #expect(try await page("limit=1&cursor=\(next)").body == behind.body)
            #expect(try await page("after=\(next)&cursor=\(next)").code == "invalid_query")
            #expect(try await page("after=0-0").code == "invalid_query")
            #expect(try await page("before=\(next)").code == "invalid_query")
        }
    }
}
