import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// `GET /api/v1/boards/{board}/totals/{kind}`: the segments of a kind by the sums of their users' scores, best first.
struct SegmentRoutes: Sendable {
    static let kind = "kind"

    let boards: RequestedBoard

    func totals(_ request: Request) async -> Response {
        do throws(Refusal) {
            let id = try RequestedBoard.id(of: request)
            guard let kind = SegmentKind(request.parameters[Self.kind] ?? "") else {
                throw .invalidSegment("A kind of segments is \(SegmentKind.rule).")
            }
            let page = try Page(request.query)
            let selection = try Self.selection(request.query, page)
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.totals(of: kind, selection, limit: page.limit, on: request.eventLoop)
            }
            var next: NextPage?
            if case .page = selection { next = page.next(of: found.count).map { NextPage(after: request, offset: $0) } }
            return Scoreboard.response(to: request, body: Self.body(found), next: next)
        } catch {
            return PublicRead.open(error.response)
        }
    }

    private static func selection(_ query: Query, _ page: Page) throws(Refusal) -> SegmentSelection {
        let around = query.values("around")
        guard let text = around.first else { return .page(offset: page.offset) }
        guard query.values("offset").isEmpty else { throw .invalidQuery("Give one of offset and around.") }
        guard around.count == 1, let value = SegmentValue(text) else {
            throw .invalidSegment("around must be given once, as \(SegmentValue.rule), such as red.")
        }
        return .around(value)
    }

    private static func body(_ totals: SegmentTotals) -> ByteBuffer {
        var list = BoardJSON.List(reserving: totals.rows.count * 80)
        for row in totals.rows {
            // Nothing in a segment's value has to be escaped.
            let numbers = #""score":\#(row.total),"rank":\#(row.rank),"users":\#(row.users)"#
            list.add(ByteBuffer(string: #"{"segment":"\#(row.value)",\#(numbers)}"#))
        }
        return list.end()
    }
}
