import Board
import Broadcast
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons

/// The board that a request is about: `{board}` of its path, or `main`. Each handler resolves it once.
struct RequestedBoard: Sendable {
    /// What the path has it as.
    static let parameter = "board"

    let catalogue: Catalogue
    let callers: Callers

    /// For who reads. A private board is for who has a token.
    func toRead(_ request: Request) async throws(Refusal) -> ScoreStore {
        try await readable(try Self.id(of: request), request)
    }

    /// Whether the request may read the board. Of a public `main` it costs nothing.
    func allowReading(_ id: BoardID, _ request: Request) async throws(Refusal) {
        if id == .main, catalogue.isMainPublic { return }
        _ = try await readable(id, request)
    }

    /// Whether anybody may read the board, as far as is known without asking.
    func isKnownToBePublic(_ id: BoardID) -> Bool {
        id == .main
            ? catalogue.isMainPublic : catalogue.known(id)?.board.definition.visibility == .public
    }

    /// What is found for who watches a board.
    struct Watched {
        /// Nil: it is for everybody.
        var viewer: LiveViewer?
        var shownTo = ShownTo.everybody
        /// Not only a template covers the name.
        var isMade = true
    }

    /// For who watches. `main` can be watched while Redis is away: nothing is shown of it until it has been looked at, and then to those only
    /// who may see it.
    func toWatch(
        _ id: BoardID,
        by caller: LiveCaller,
        on eventLoop: any EventLoop
    ) async throws(Refusal) -> Watched {
        if id == .main, catalogue.isMainPublic { return Watched() }
        let store: ScoreStore
        do throws(BoardLookupError) { store = try await catalogue.board(id, on: eventLoop) } catch {
            if case .store = error, id == .main { return Watched() }
            throw Refusal(error)
        }
        let isMade = UnmadeBoard(store) == nil
        let viewer: LiveViewer
        switch store.board.definition.visibility {
        case .public: return Watched(isMade: isMade)
        case .private: viewer = try await caller.viewer(of: id)
        case .members:
            guard let known = try await caller.viewerIfKnown(of: id) else { throw .boardNotFound }
            viewer = known
        }
        try await store.allowWatching(by: viewer, on: eventLoop)
        return Watched(viewer: viewer, shownTo: store.shownTo, isMade: isMade)
    }

    /// For who watches a window that begins anew: the board has one of this name.
    func allowWatching(
        _ window: WindowName,
        of id: BoardID,
        on eventLoop: any EventLoop
    ) async throws(Refusal) {
        let windows = try await found(id, on: eventLoop).board.definition.windows
        guard windows.seasonal.contains(where: { $0.name == window }) else { throw Refusal(reading: .unknownWindow) }
    }

    /// Reads of the board, as it is. A private board is for who has a token.
    /// - Parameters:
    ///   - isKnown: the request's token has been looked at, and is good.
    ///   - owner: the user whose place alone is read: who has their token sees it on a board that is frozen, too.
    ///   - closed: what is answered of a board that is frozen, and since when, to who does not see it; nil: the refusal.
    ///   - call: nil: it is not there as it was found (``ScoreStore/rows(_:limit:on:)``).
    func read<Value>(
        _ id: BoardID,
        for request: Request,
        isKnown: Bool = false,
        owner: UserID? = nil,
        closed: ((_ since: Int) -> Value)? = nil,
        _ call: (ScoreStore) async throws(ScoreStoreError) -> Value?
    ) async throws(Refusal) -> Value {
        for _ in catalogue.tries(of: id) {
            let store = try await isKnown ? board(id, request) : readable(id, request)
            let value: Value?
            do { value = try await call(store) } catch {
                guard case .frozen(let since) = error else { throw Refusal(reading: error) }
                guard await seesHeld(request, owner) else {
                    if let closed { return closed(since) }
                    throw Refusal(reading: error)
                }
                do { value = try await call(store.seeingFrozen()) } catch { throw Refusal(reading: error) }
            }
            if let value { return value }
        }
        throw .storeUnavailable
    }

    /// Whether what is kept from strangers is shown, as a board that is frozen: to operators, and of users what is their own.
    func seesHeld(_ request: Request, _ owner: UserID?) async -> Bool {
        // Who sends none has done nothing wrong.
        guard BearerToken.of(request.headers) != nil, let token = try? await callers.token(of: request), token.isActive
        else { return false }
        return token.scopes.contains(Operators.scope) || token.subject == owner
    }

    /// For who writes. Where a template covers the name, it is what that makes: ``makeRoom(for:_:_:)`` comes before the write.
    /// - Parameter isFresh: what is known of it does not hold any more.
    func toWrite(_ id: BoardID, isFresh: Bool, on eventLoop: any EventLoop) async throws(Refusal) -> ScoreStore {
        if !isFresh, let store = atOnce(id, on: eventLoop) { return store }
        return try await found(id, on: eventLoop)
    }

    /// The same, where nothing has to be asked before the write.
    func knownToWrite(_ id: BoardID, on eventLoop: any EventLoop) -> ScoreStore? {
        guard let store = atOnce(id, on: eventLoop), store.board.definition.visibility != .members,
            UnmadeBoard(store) == nil
        else { return nil }
        return store
    }

    private func atOnce(_ id: BoardID, on eventLoop: any EventLoop) -> ScoreStore? {
        id == .main ? catalogue.mainAtOnce(on: eventLoop) : catalogue.known(id)
    }

    /// When nothing else stands in the way of the write that makes the board: it takes its place among those that there may be.
    @inline(never)
    func makeRoom(for board: UnmadeBoard, _ user: UserID, _ request: Request) async throws(Refusal) {
        let maker = BoardMaker(user: user, address: callers.network(of: request).description)
        do throws(BoardLookupError) {
            try await catalogue.makeRoom(for: board, by: maker, on: request.eventLoop)
        } catch {
            if case .tooManyNewBoards = error {
                callers.unnamedProxies.noteRefusal(of: request, by: "BOARDS_BY_TEMPLATE")
            }
            throw Refusal(error)
        }
    }

    /// For an operator, who has shown to be one.
    func toOperate(_ request: Request) async throws(Refusal) -> ScoreStore {
        try await board(try Self.id(of: request), request)
    }

    /// Whether a viewer of their own place is a hidden user; nil: it cannot be found out now.
    func isHidden(_ user: UserID?, of id: BoardID, on eventLoop: any EventLoop) async -> Bool? {
        guard let user, let store = try? await catalogue.board(id, on: eventLoop) else { return nil }
        return try? await store.isHidden(user, on: eventLoop)
    }

    /// What only a hidden user sees, of who reads about this user with that user's own token; nil: there is none, or somebody else reads. Whoever
    /// sends no token has done nothing wrong.
    /// - Parameter call: nil: the board is not there as it was found.
    func readHidden<Value: Sendable>(
        _ id: BoardID,
        of user: UserID,
        for request: Request,
        _ call: (ScoreStore) async throws(ScoreStoreError) -> Value??
    ) async throws(Refusal) -> Value? {
        guard await isOwn(user, request) else { return nil }
        return try await read(id, for: request, owner: user, call)
    }

    /// Whether the request has that user's own token.
    func isOwn(_ user: UserID, _ request: Request) async -> Bool { await ownSubject(request) == user }

    /// Whose token the request has; nil: none that is good.
    func ownSubject(_ request: Request) async -> UserID? {
        guard BearerToken.of(request.headers) != nil, let token = try? await callers.token(of: request),
            token.isActive
        else { return nil }
        return token.subject
    }

    static func id(of request: Request) throws(Refusal) -> BoardID {
        guard let text = request.parameters[parameter] else { return .main }
        return try id(text)
    }

    static func id(_ text: String) throws(Refusal) -> BoardID {
        do { return try BoardID(text) } catch { throw .invalidBoardName("\(error)") }
    }

    private func readable(_ id: BoardID, _ request: Request) async throws(Refusal) -> ScoreStore {
        let store = try await board(id, request)
        switch store.board.definition.visibility {
        case .public: break
        case .private: _ = try await callers.token(of: request)
        case .members: try await allowMember(store, request)
        }
        return store
    }

    /// Who is no member is told what is told of a board that is not there.
    private func allowMember(_ store: ScoreStore, _ request: Request) async throws(Refusal) {
        guard let token = try await callers.tokenIfGood(BearerToken.of(request.headers)) else { throw .boardNotFound }
        try await allowMember(store, token, on: request.eventLoop)
    }

    @inline(never)
    private func allowMember(
        _ store: ScoreStore,
        _ token: VerifiedToken,
        on eventLoop: any EventLoop
    ) async throws(Refusal) {
        if token.isMember(of: store.board.id) { return }
        do throws(ScoreStoreError) {
            if try await store.isMember(token.subject, on: eventLoop) { return }
        } catch { throw Refusal(reading: error) }
        throw .boardNotFound
    }

    /// Whether who has the token may write the board that was found for it. Of a board that is not for members it costs nothing.
    func allowWriting(_ store: ScoreStore, _ token: VerifiedToken, on eventLoop: any EventLoop) async throws(Refusal) {
        guard store.board.definition.visibility == .members else { return }
        try await allowMember(store, token, on: eventLoop)
    }

    func board(_ id: BoardID, _ request: Request) async throws(Refusal) -> ScoreStore {
        try await found(id, on: request.eventLoop)
    }

    @inline(never)
    private func found(_ id: BoardID, on eventLoop: any EventLoop) async throws(Refusal) -> ScoreStore {
        do { return try await catalogue.board(id, on: eventLoop) } catch { throw Refusal(error) }
    }
}

extension ScoreStore {
    /// Whether the viewer of a board that is not for everybody may watch it. Who is suspended may not.
    func allowWatching(by viewer: LiveViewer, on eventLoop: any EventLoop) async throws(Refusal) {
        let own: UserRights?
        do { own = try await rights(of: [viewer.subject], on: eventLoop).first } catch { throw Refusal(reading: error) }
        guard board.definition.visibility != .members || viewer.isMember || own?.isMember == true else {
            throw .boardNotFound
        }
        guard own?.isSuspended == false else { throw .suspendedViewer }
    }
}

extension Access {
    /// No connection is that old.
    private static let longest = 10.0 * 365 * 86_400

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - look: at the viewer's rights; nil: the board was for everybody, or they have to be looked up again.
    init(_ viewer: LiveViewer, now: Double, _ look: RightsLook? = nil) {
        let left = min(max(viewer.knownUntil - now, 0), Self.longest)
        self = .known(until: .now() + .milliseconds(Int64(left * 1000)), look: look)
    }
}
