import HTTPServer
import Leaderboard
import NIOCore

/// `GET /api/v1/admin/boards/{board}/rules`: the board's rules of plausibility, and of each how many updates met it.
struct RulesRoute: Sendable {
    let operators: Operators
    let boards: RequestedBoard

    func answer(_ request: Request) async -> Response {
        await adminAnswer { () throws(Refusal) in
            _ = try await operators.actor(of: request, parameters: [])
            let store = try await boards.toOperate(request)
            do throws(ScoreStoreError) {
                let met = try await store.metRules(on: request.eventLoop)
                let rules = met.map { #"{"rule":\#($0.rule.json),"met":\#($0.count)}"# }
                return ByteBuffer(string: #"{"rules":[\#(rules.joined(separator: ","))]}"#)
            } catch { throw Refusal(reading: error) }
        }
    }
}
