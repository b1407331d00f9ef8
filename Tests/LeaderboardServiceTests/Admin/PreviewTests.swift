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
