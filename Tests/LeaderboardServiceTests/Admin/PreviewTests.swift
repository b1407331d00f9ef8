import TestSupport
import Testing

@testable import LeaderboardService

@Suite("What an operator is told before a change, and beside it")
struct PreviewTests {
    @Test("a preview of a revert tells what the revert then does, and changes nothing")
    func preview() async throws {
        try await withService { service, _ in
            let writer = try await service.connect()
            for _ in 1...3 { _ = try await service.update("alice", 10, on: writer) }
            _ = try await service.operate("POST", "/audit/revert", #"{"seq":2,"reason":"r"}"#)
            let all = #"{"user_id":"alice","reason":"r"}"#
            let preview = try await service.operate("POST", "/audit/revert/preview", all)
            #expect(try await service.scoreboard() == #"[{"user_id":"alice","score":20}]"#)
            let reverted = try await service.operate("POST", "/audit/revert", all)
            #expect(preview.status == 200 && preview.body == reverted.body, "\(preview.body)")
        }
    }

    @Test("a revert of what is taken back already has one answer, be the user on the board or not; of nobody, another")
    func again() async throws {
        try await withService { service, redis in
            for (board, order) in [("up", "asc"), ("down", "desc")] {
                try await redis.command("SET", "lb:{\(board)}:board", #"{"order":"\#(order)","version":"1"}"#)
                let writer = try await service.connect()
                for increase in [0, 5] {
                    _ = try await writer.request(
                        "POST",
                        "/api/v1/boards/\(board)/score/update",
                        ["Authorization": "Bearer \(service.token("ada"))", "Content-Type": "application/json"],
                        body: #"{"user_id":"ada","score_increase":\#(increase)}"#
                    )
                }
                let score = order == "asc" ? "null" : "0"
                for (updates, points) in [(2, 5), (0, 0)] {
                    for path in ["/revert/preview", "/revert"] {
                        let answer = try await service.operate(
                            "POST",
                            "/boards/\(board)/audit\(path)",
                            #"{"user_id":"ada","reason":"r"}"#
                        )
                        let numbers = #""updates":\#(updates),"points":\#(points),"score":\#(score)}"#
                        #expect(
                            answer.status == 200 && answer.body.hasSuffix(numbers),
                            "\(board) \(path): \(answer.body)"
                        )
                    }
                }
                let nobody = try await service.operate(
                    "POST",
                    "/boards/\(board)/audit/revert",
                    #"{"user_id":"eve","reason":"r"}"#
                )
                #expect((nobody.status, nobody.code) == (404, "user_not_found"))
            }
        }
    }

    @Test("a suspension of somebody whom nobody knows says so")
    func unknownUser() async throws {
        try await withService { service, _ in
            for isKnown in [false, true] {
                let answer = try await service.operate("POST", "/users/nobody/suspend", #"{"reason":"r"}"#)
                #expect(answer.json?["known"] as? Bool == isKnown)
            }
        }
    }
}
