import Board
import TestSupport
import Testing

@testable import Leaderboard

/// What ada does, at which time; a revert of one of her updates among it.
struct RevertedGainsCase: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case update(Int, String)
        /// A service reports it.
        case report(Int, String)
        /// Of the update with this seq.
        case revert(Int)
        case unrevert(Int)
    }

    let what: String
    let rule: String
    var members = ""
    var operation = BoardDefinition.Operator.incr
    let steps: [(at: Int, step: Step)]

    var testDescription: String { what }

    private static let hour = 3_600_000_000

    static let all: [Self] = [
        .init(
            what: "the points of a time are free again, those of that quarter alone",
            rule: #""rule":"points_limit","points":100,"interval":"1h""#,
            steps: [
                (0, .update(60, "applied 60")), (hour / 2, .update(40, "applied 100")),
                (hour / 2, .update(1, "implausible points_limit")), (hour / 2, .revert(1)),
                (hour / 2, .update(61, "implausible points_limit")), (hour / 2, .update(60, "applied 100")),
                // The first ones would have been forgotten by now: they were not, twice.
                (hour + hour / 4, .update(1, "implausible points_limit")),
                (hour + 3 * hour / 4, .update(100, "applied 200")),
            ]
        ),
        .init(
            what: "points that are forgotten already are not free once more",
            rule: #""rule":"points_limit","points":100,"interval":"1h""#,
            steps: [
                (0, .update(100, "applied 100")), (2 * hour, .update(100, "applied 200")), (2 * hour, .revert(1)),
                (2 * hour, .update(1, "implausible points_limit")),
            ]
        ),
        .init(
            what: "what a service reported is free for all reports, and was none of the user's",
            rule: #""rule":"points_limit","points":100,"interval":"1h","by":"all""#,
            steps: [
                (0, .report(70, "applied 70")), (0, .update(30, "applied 100")),
                (0, .report(1, "implausible points_limit")), (0, .revert(1)), (0, .report(70, "applied 100")),
                (0, .update(1, "implausible points_limit")),
            ]
        ),
        .init(
            what: "a report of a service frees nothing of the user's own",
            rule: #""rule":"points_limit","points":100,"interval":"1h""#,
            steps: [
                (0, .report(70, "applied 70")), (0, .update(100, "applied 170")), (0, .revert(1)),
                (0, .update(1, "implausible points_limit")),
            ]
        ),
        .init(
            what: "the first day has its points again",
            rule: #""rule":"first_day_cap","points":100"#,
            steps: [
                (0, .update(60, "applied 60")), (hour, .update(40, "applied 100")), (hour, .revert(2)),
                (2 * hour, .update(41, "implausible first_day_cap")), (2 * hour, .update(40, "applied 100")),
            ]
        ),
        .init(
            what: "a jump that was taken back is none to be measured by",
            rule: #""rule":"largest_jump","against":"own","points":10,"times":3"#,
            steps: [
                (0, .update(10, "applied 10")), (0, .update(30, "applied 40")), (0, .revert(2)),
                (0, .update(31, "implausible largest_jump")), (0, .update(30, "applied 40")),
            ]
        ),
        .init(
            what: "what counts again is gained again",
            rule: #""rule":"points_limit","points":100,"interval":"1h""#,
            steps: [
                (0, .update(60, "applied 60")), (0, .revert(1)), (hour / 2, .update(40, "applied 40")),
                (hour / 2, .unrevert(1)), (hour / 2, .update(1, "implausible points_limit")),
                (hour + hour / 4, .update(60, "applied 160")),
            ]
        ),
        .init(
            what: "where the least is best, it is what brought the user down",
            rule: #""rule":"points_limit","points":10,"interval":"1h""#,
            members: #""order":"asc","operators":["set"],"operator":"set","#,
            operation: .set,
            steps: [
                (0, .update(500, "applied 500")), (0, .update(492, "applied 492")), (0, .revert(2)),
                (0, .update(489, "implausible points_limit")), (0, .update(490, "applied 490")),
            ]
        ),
    ]
}

@Suite("What is reverted is not gained", .timeLimit(.minutes(2)))
struct RevertedGainsTests {
    @Test("to rules of plausibility, whichever they are")
    func gains() async throws {
        try await withBoard { board in
            for row in RevertedGainsCase.all {
                let ruled = try await RuledBoard(board, "{\(row.rule),\"action\":\"refuse\"}", row.members)
                for (place, (at, step)) in row.steps.enumerated() {
                    try await ruled.set(at)
                    let comment: Comment = "\(row.what), step \(place + 1)"
                    switch step {
                    case .update(let value, let outcome):
                        #expect(try await ruled.update("ada", value, row.operation) == outcome, comment)
                    case .report(let value, let outcome):
                        let hand = OtherHand.service(try UserID("game"), RateLimit(updates: 100, interval: .seconds(1)))
                        #expect(try await ruled.update("ada", value, row.operation, by: hand) == outcome, comment)
                    case .unrevert(let seq):
                        let one = UnrevertSelection.updates(.update(seq: seq))
                        let returned = try await ruled.store.unrevert(one, by: board.act(), on: board.loop)
                        #expect(returned?.updates == 1, comment)
                    case .revert(let seq):
                        let reverted = try await ruled.store.revert(.update(seq: seq), by: board.act(), on: board.loop)
                        #expect(reverted?.updates == 1, comment)
                    }
                }
                #expect(try await ruled.verify().isSound, "\(row.what)")
            }
        }
    }

    @Test("and the audit's pages mark the updates that were taken back, and no others")
    func marks() async throws {
        try await withBoard { board in
            for _ in 1...3 { _ = try await board.applied("ada", 5) }
            _ = try await board.revert(.update(seq: 2))
            let entries = try await board.audit()
            let reverted = try await board.store.reverted(among: entries, on: board.loop)
            #expect(reverted == [entries[1].id])
            #expect(try await board.store.reverted(among: [entries[3]], on: board.loop).isEmpty)
        }
    }
}
