import Board
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons
import Text

/// `GET /api/v1/boards/{board}/seasons`: the seasons of its windows, the latest first: those that run, and those that are kept.
struct SeasonRoutes: Sendable {
    let boards: RequestedBoard

    func list(_ request: Request) async -> Response {
        do throws(Refusal) {
            let id = try RequestedBoard.id(of: request)
            let (window, before) = (try Self.window(request.query), try request.query.number("before", in: Self.times))
            let after = try Self.place(request.query)
            let limit = try request.query.number("limit", in: 1...100) ?? 20
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) -> [ListedSeason]? in
                // How many are in each is asked past the readers, which refuse a board that is frozen.
                guard try await store.count(from: nil, to: nil, on: request.eventLoop) != nil else { return nil }
                return try await store.seasons(
                    of: window,
                    before: before.map { $0 * 1000 },
                    after: after,
                    limit: limit + 1,
                    on: request.eventLoop
                )
            }
            let seasons = Array(found.prefix(limit))
            let last = found.count > limit ? seasons.last : nil
            let next = last.map { NextPage(after: request, "after", "\($0.season.until):\($0.window)") }
            return Scoreboard.response(to: request, body: Self.body(seasons), next: next)
        } catch {
            return PublicRead.open(error.response)
        }
    }

    /// Milliseconds since 1970, of which microseconds can be made.
    private static let times = 0...(ScoreRange.limit / 1000)

    /// Behind which season the page begins: when that ends, in microseconds, and its window, as the link to the next page has them.
    private static func place(_ query: Query) throws(Refusal) -> SeasonListPlace? {
        let values = query.values("after")
        guard let text = values.first else { return nil }
        let (until, window) = text.cut(at: ":")
        guard values.count == 1, let until = Int(until), let window = window.flatMap({ WindowName(String($0)) }) else {
            throw .invalidQuery("after must be what the link to the next page has.")
        }
        return SeasonListPlace(until: until, window: window)
    }

    /// Nil: all that end. Of the one that does not, there are none.
    private static func window(_ query: Query) throws(Refusal) -> WindowName? {
        switch try BoardQuery.view(query) {
        case .window(let window, season: nil): window
        case .window: throw .invalidQuery("season has no meaning here.")
        case .segment: throw .invalidSegment("Segments have no seasons.")
        case .whole where query.values("window").isEmpty: nil
        case .whole: throw .invalidWindow("The window all never ends, and has no seasons.")
        }
    }

    private static func body(_ seasons: [ListedSeason]) -> ByteBuffer {
        var list = BoardJSON.List(reserving: seasons.count * 128)
        for listed in seasons {
            let season = listed.season
            let removed = listed.isRemoved ? #","removed":true"# : ""
            list.add(
                ByteBuffer(
                    string: #"{"window":"\#(listed.window)","season":"\#(season.id)","from":\#(season.from / 1000),"#
                        + #""until":\#(season.isOpen ? "null" : "\(season.until / 1000)"),"final":\#(listed.isFinal),"users":\#(listed.users)\#(removed)}"#
                )
            )
        }
        return list.end()
    }
}
