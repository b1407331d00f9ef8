import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import Seasons

/// What anybody may read of a board: rows with their ranks, where a user or a score stands, how many are where. Of a board that is
/// followed, for it is watched or read often, what its copy tells comes from there, and has each update that was acknowledged by
/// this instance before. All else comes from Redis, in one consistent call each.
struct BoardReads: Sendable {
    let boards: RequestedBoard
    let broadcaster: Broadcaster
    let past: PastScoreboard
    let pages = EncodedPages()

    /// The first rows, where anybody may see them, and the board's copy is up to date and was encoded before.
    @Sendable func readyScoreboard(_ request: Request) -> Response? {
        guard !PastScoreboard.isAsked(of: request.query),
            let id = try? RequestedBoard.id(of: request), boards.isKnownToBePublic(id),
            let wish = try? BoardQuery(request.query), case .selection(.page(offset: 0)) = wish.rows,
            wish.view == .whole, !wish.includesMetadata,
            let stream = broadcaster.stream(of: id.rawValue), let page = pages.page(wish.limit, of: id, stream)
        else { return nil }
        _ = broadcaster.streamToRead(id.rawValue)
        return page.answer(to: request)
    }

    /// `GET /api/v1/boards/{board}/scoreboard`.
    func scoreboard(_ request: Request) async -> Response {
        if PastScoreboard.isAsked(of: request.query) { return await past.answer(request) }
        do throws(Refusal) {
            let (id, wish) = (try RequestedBoard.id(of: request), try BoardQuery(request.query))
            try await boards.allowReading(id, request)
            switch wish.rows {
            case .users(let users):
                return Self.response(to: request, try await standings(of: users, wish, on: id, request))
            case .selection(let selection):
                // The copy is of the window that never ends, and of scores alone.
                guard wish.view == .whole, !wish.includesMetadata,
                    let stream = broadcaster.streamToRead(id.rawValue)
                else {
                    let found = try await rows(selection, wish, on: id, request)
                    return Scoreboard.response(to: request, body: found.body, next: found.next)
                }
                let seq = stream.acknowledged
                if let copy = await stream.standings(limit: nil, atLeast: seq),
                    let rows = copy.rows(selection, limit: wish.limit), !rows.isEmpty || !selection.isAroundUser
                {
                    let body = try Self.body(rows, selection, wish.limit)
                    let next = wish.page?.next(of: copy.isWhole ? copy.standings.count : .max)
                    guard case .page(offset: 0) = selection else {
                        let next = next.map { NextPage(after: request, offset: $0) }
                        return Scoreboard.response(to: request, body: body, next: next)
                    }
                    let page = TopOfBoard.Encoded(
                        version: copy.version,
                        body: body,
                        next: next.map { NextPage(path: "/api/v1/boards/\(id)/scoreboard", limit: $0) }
                    )
                    pages.keep(page, wish.limit, of: id, stream)
                    return page.answer(to: request)
                }
                let found = try await rows(selection, wish, on: id, request)
                if let place = found.seq { stream.sourceIs(at: place, afterAcknowledged: seq) }
                return Scoreboard.response(to: request, body: found.body, next: found.next)
            }
        } catch {
            return PublicRead.open(error.response)
        }
    }

    private func rows(
        _ selection: RowSelection,
        _ wish: BoardQuery,
        on id: BoardID,
        _ request: Request
    ) async throws(Refusal) -> (body: ByteBuffer, seq: Int?, next: NextPage?) {
        var shown = try await page(
            selection,
            wish.limit,
            wish.view,
            isAsked: wish.includesMetadata,
            on: id,
            request
        )
        if case .around(let user) = selection, shown.page.snapshot.standings.isEmpty {
            shown = try await aroundHidden(user, wish, on: id, request) ?? shown
        }
        let rows = Array(zip(shown.page.snapshot.standings, shown.page.ranks))
        let body = try Self.body(rows, selection, wish.limit, shown.said, covered: shown.covered)
        return (body, shown.seq, wish.page.flatMap { shown.next(after: request, $0) })
    }

    /// The rows around a hidden user who asks for them.
    private func aroundHidden(
        _ user: UserID,
        _ wish: BoardQuery,
        on id: BoardID,
        _ request: Request
    ) async throws(Refusal) -> ShownRows? {
        try await boards.readHidden(id, of: user, for: request) { store throws(ScoreStoreError) -> ShownRows?? in
            let found = try await store.hiddenPlace(of: user, limit: wish.limit, in: wish.view, on: request.eventLoop)
            guard let found else { return nil }
            guard let page = found?.around else { return .some(nil) }
            let said = try await store.said(of: page, isAsked: wish.includesMetadata, on: request.eventLoop)
            return ShownRows(page, said)
        }
    }

    /// Of a board that is frozen, what it was then, as far as that is kept.
    func page(
        _ selection: RowSelection,
        _ limit: Int,
        _ view: BoardView,
        isAsked: Bool,
        on id: BoardID,
        _ request: Request
    ) async throws(Refusal) -> ShownRows {
        do throws(Refusal) {
            return try await boards.read(id, for: request) { store throws(ScoreStoreError) -> ShownRows? in
                let page = try await store.rows(selection, limit: limit, in: view, on: request.eventLoop)
                guard let page else { return nil }
                return ShownRows(page, try await store.said(of: page, isAsked: isAsked, on: request.eventLoop))
            }
        } catch {
            guard error.code == Refusal.boardFrozenCode, case .page(let offset) = selection else { throw error }
            let window: WindowName?
            switch view {
            case .whole: window = nil
            case .window(let name, season: nil): window = name
            case .window, .segment: throw error
            }
            let store = try await boards.board(id, request)
            do throws(ScoreStoreError) {
                let kept = try await store.frozenPage(of: window, on: request.eventLoop)
                if let part = kept.part(from: offset, limit: limit) {
                    return ShownRows(
                        part,
                        of: kept,
                        try await store.said(of: part.page, isAsked: isAsked, on: request.eventLoop)
                    )
                }
            } catch { throw Refusal(reading: error) }
            throw error
        }
    }

    private static func body(
        _ rows: [(standing: Standing, rank: Int)],
        _ selection: RowSelection,
        _ limit: Int,
        _ said: SaidByUsers = .notAsked,
        covered: Range<Int> = 1..<1
    ) throws(Refusal) -> ByteBuffer {
        if case .around = selection, rows.isEmpty, limit > 0 { throw .userNotFound }
        return BoardJSON.rows(rows, said, covered: covered)
    }

    private func standings(
        of users: [UserID],
        _ wish: BoardQuery,
        on id: BoardID,
        _ request: Request
    ) async throws(Refusal) -> ByteBuffer {
        let own = await boards.ownSubject(request)
        if !wish.includesMetadata, let standings = await copy(of: id, wish.view)?.standings(of: users),
            standings.allSatisfy({ $0.score != nil || $0.user != own?.rawValue })
        {
            return BoardJSON.rows(standings)
        }
        return try await boards.read(id, for: request) { store throws(ScoreStoreError) -> ByteBuffer? in
            let found = try await store.standings(of: users, in: wish.view, on: request.eventLoop)
            guard var standings = found?.standings else { return nil }
            if let own, let index = standings.firstIndex(where: { $0.user == own.rawValue && $0.score == nil }) {
                let hidden = try await store.hiddenPlace(of: own, in: wish.view, on: request.eventLoop)
                guard let hidden else { return nil }
                if let hidden { standings[index] = hidden.place.standing }
            }
            // Who is not on the board has no row that could be shown.
            let names = standings.map { $0.score == nil ? "" : $0.user }
            let said = try await store.saidBy(names, isAsked: wish.includesMetadata, on: request.eventLoop)
            return BoardJSON.rows(standings, said)
        }
    }

    /// The board's copy, if it is followed and its copy has each update that was acknowledged. It is of the window that never ends.
    private func copy(of id: BoardID, _ view: BoardView) async -> CopiedStandings? {
        guard view == .whole, let stream = broadcaster.streamToRead(id.rawValue) else { return nil }
        let seq = stream.acknowledged
        guard stream.version(containing: seq) != nil else { return nil }
        return await stream.standings(limit: nil, atLeast: seq)
    }

    /// `GET /api/v1/boards/{board}/users/{id}`.
    func user(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let (id, user) = (try RequestedBoard.id(of: request), try Self.user(request.parameters["id"] ?? ""))
            let view = try BoardQuery.view(request.query)
            guard try !BoardQuery.includesMetadata(request.query) else {
                return try await placeAndMetadata(of: user, view, on: id, request)
            }
            try await boards.allowReading(id, request)
            guard let found = try await place(of: user, view, on: id, request) else { throw .userNotFound }
            return BoardJSON.user(found)
        }
    }

    private func placeAndMetadata(
        of user: UserID,
        _ view: BoardView,
        on id: BoardID,
        _ request: Request
    ) async throws(Refusal) -> ByteBuffer {
        let body = try await boards.read(id, for: request, owner: user) {
            store throws(ScoreStoreError) -> ByteBuffer?? in
            guard let found = try await store.place(of: user, in: view, on: request.eventLoop) else { return nil }
            guard let found else { return .some(nil) }
            let said = try await store.saidBy([user.rawValue], isAsked: true, on: request.eventLoop)
            return BoardJSON.user(found, said)
        }
        if let body { return body }
        let hidden = try await boards.readHidden(id, of: user, for: request) {
            store throws(ScoreStoreError) -> ByteBuffer?? in
            guard let found = try await store.hiddenPlace(of: user, in: view, on: request.eventLoop) else { return nil }
            guard let found else { return .some(nil) }
            let said = try await store.saidBy([user.rawValue], isAsked: true, on: request.eventLoop)
            return BoardJSON.user(found.place, said)
        }
        guard let hidden else { throw .userNotFound }
        return hidden
    }

    private func place(
        of user: UserID,
        _ view: BoardView,
        on id: BoardID,
        _ request: Request
    ) async throws(Refusal) -> UserPlace? {
        let shown: UserPlace?
        if let known = await copy(of: id, view)?.place(of: user) {
            shown = known
        } else {
            shown = try await boards.read(id, for: request, owner: user) { store throws(ScoreStoreError) in
                try await store.place(of: user, in: view, on: request.eventLoop)
            }
        }
        if let shown { return shown }
        return try await boards.readHidden(id, of: user, for: request) { store throws(ScoreStoreError) in
            try await store.hiddenPlace(of: user, in: view, on: request.eventLoop)
        }?.place
    }

    /// `GET /api/v1/boards/{board}/scores/{score}`.
    func score(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let id = try RequestedBoard.id(of: request)
            guard let score = BoardQuery.score(request.parameters["score"] ?? "") else {
                throw .invalidQuery("The score must be \(BoardQuery.scoreRule).")
            }
            let view = try BoardQuery.view(request.query)
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.place(of: score, in: view, on: request.eventLoop)
            }
            return BoardJSON.score(score, found)
        }
    }

    /// `GET /api/v1/boards/{board}/percentiles?p=50,90`.
    func percentiles(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let (id, wanted) = (try RequestedBoard.id(of: request), try BoardQuery.percentiles(request.query))
            let view = try BoardQuery.view(request.query)
            let scores = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.scores(at: wanted.map(\.millionths), in: view, on: request.eventLoop)
            }
            return BoardJSON.percentiles(wanted, scores)
        }
    }

    /// `GET /api/v1/boards/{board}/count?min=&max=`.
    func count(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let id = try RequestedBoard.id(of: request)
            let (least, greatest) = try (BoardQuery.bound("min", request.query), BoardQuery.bound("max", request.query))
            if let least, let greatest, least > greatest { throw .invalidQuery("min must not be greater than max.") }
            let view = try BoardQuery.view(request.query)
            let found = try await boards.read(id, for: request) { store throws(ScoreStoreError) in
                try await store.count(from: least, to: greatest, in: view, on: request.eventLoop)
            }
            return ByteBuffer(string: #"{"count":\#(found.count),"total":\#(found.total)}"#)
        }
    }

    /// `GET /api/v1/users/{id}/standings?boards=a,b`: one user on several boards. Each board is of its own moment.
    func standings(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let user = try Self.user(request.parameters["id"] ?? "")
            let view = try BoardQuery.view(request.query)
            let isAsked = try BoardQuery.includesMetadata(request.query)
            let isOwn = await boards.isOwn(user, request)
            return try await boards.list(
                of: try BoardQuery.boards(request.query),
                for: request,
                owner: user,
                closed: BoardJSON.frozenStanding
            ) {
                id,
                store throws(ScoreStoreError) in
                if !isAsked, let known = await copy(of: id, view)?.place(of: user), known != nil || !isOwn {
                    return BoardJSON.standing(on: id, known)
                }
                guard var found = try await store.place(of: user, in: view, on: request.eventLoop) else { return nil }
                if found == nil, isOwn {
                    guard let own = try await store.hiddenPlace(of: user, in: view, on: request.eventLoop) else {
                        return nil
                    }
                    found = own?.place
                }
                let said = try await store.saidBy(
                    [user.rawValue],
                    isAsked: isAsked && found != nil,
                    on: request.eventLoop
                )
                return BoardJSON.standing(on: id, found, said)
            }
        }
    }

    /// `GET /api/v1/scoreboards?boards=a,b`: the first rows of several boards. Each board is of its own moment.
    func scoreboards(_ request: Request) async -> Response {
        await answer(request) { () throws(Refusal) in
            let limit = try request.query.number("limit", in: 1...100) ?? 10
            let view = try BoardQuery.view(request.query)
            let isAsked = try BoardQuery.includesMetadata(request.query)
            return try await boards.list(
                of: try BoardQuery.boards(request.query),
                for: request,
                closed: BoardJSON.frozenBoard
            ) {
                id,
                store throws(ScoreStoreError) in
                let page = try await store.rows(.page(offset: 0), limit: limit, in: view, on: request.eventLoop)
                guard let page else { return nil }
                let users = page.snapshot.standings.map(\.user)
                return BoardJSON.board(id, page, try await store.saidBy(users, isAsked: isAsked, on: request.eventLoop))
            }
        }
    }

    private static func user(_ text: String) throws(Refusal) -> UserID {
        do { return try UserID(text) } catch { throw .invalidUserID("\(error)") }
    }

    private static func response(to request: Request, _ body: ByteBuffer) -> Response {
        Scoreboard.response(to: request, body: body)
    }

    private func answer(
        _ request: Request,
        _ body: () async throws(Refusal) -> ByteBuffer
    ) async -> Response {
        do { return Scoreboard.response(to: request, body: try await body()) } catch {
            return PublicRead.open(error.response)
        }
    }
}

/// What a reader is shown of some rows.
struct ShownRows: Sendable {
    let page: RankedPage
    let said: SaidByUsers
    /// Of a board that is frozen, places before the rows that are not shown yet, counted from 1.
    let covered: Range<Int>
    /// Where the board is; nil: these rows are of when it was frozen.
    let seq: Int?
    /// How many rows can be shown in all, page by page.
    let end: Int

    init(_ page: RankedPage, _ said: SaidByUsers) {
        self.page = page
        self.said = said
        covered = 1..<1
        seq = page.snapshot.seq
        end = page.snapshot.total
    }

    init(_ frozen: FrozenPage, of kept: FrozenPage, _ said: SaidByUsers) {
        page = frozen.page
        self.said = said
        covered = frozen.covered
        seq = nil
        end = kept.places
    }
}

extension ScoreStore {
    fileprivate func said(
        of page: RankedPage,
        isAsked: Bool,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SaidByUsers {
        try await saidBy(page.snapshot.standings.map(\.user), isAsked: isAsked, on: eventLoop)
    }
}
