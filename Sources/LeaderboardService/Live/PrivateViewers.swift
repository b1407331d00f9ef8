import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import ServiceLifecycle
import Synchronization

/// The viewers who have shown who they are, as long as they watch. Whoever among them is suspended, or is no member, or none any more, of
/// a board that is not for everybody, is sent away: at once where the board's channel tells of it, and else within ``interval``. That costs
/// two commands for each board and instance, however many watch, and at most one of a board for everybody. Who is held meanwhile (``LookedUp``)
/// is told that they may go on. Any loop.
final class PrivateViewers: Service {
    static let interval = Duration.seconds(5)
    /// Somebody may be held: who could not be looked up is so again after this.
    private static let pause = Duration.milliseconds(250)

    private struct State {
        var byBoard: [BoardID: [ObjectIdentifier: WeakViewer]] = [:]
        /// To be looked at now.
        var due: Set<BoardID> = []
    }

    private struct WeakViewer {
        weak var viewer: PrivateViewer?
    }

    private let catalogue: Catalogue
    private let eventLoop: any EventLoop
    private let state = Mutex(State())
    private let bell = Bell()

    /// - Parameter eventLoop: of the looks.
    init(_ catalogue: Catalogue, on eventLoop: any EventLoop) {
        self.catalogue = catalogue
        self.eventLoop = eventLoop
    }

    /// It is one of them for as long as it is referred to.
    func add(_ viewer: PrivateViewer) {
        state.withLock { $0.byBoard[viewer.board, default: [:]][ObjectIdentifier(viewer)] = WeakViewer(viewer: viewer) }
    }

    func remove(_ viewer: ObjectIdentifier, of board: BoardID) {
        state.withLock { state in
            state.byBoard[board]?[viewer] = nil
            if state.byBoard[board]?.isEmpty == true { state.byBoard[board] = nil }
        }
    }

    /// Something of the board changed that may be a viewer's right.
    func look(at board: BoardID) {
        let isWatched = state.withLock { state in
            guard state.byBoard[board] != nil else { return false }
            state.due.insert(board)
            return true
        }
        if isWatched { bell.ring() }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var nextRound = ContinuousClock.now + Self.interval
            var hasFailed = false
            while !Task.isCancelled {
                let left = max(.zero, nextRound - .now)
                await bell.wait(for: hasFailed ? min(left, Self.pause) : left)
                let isRound = ContinuousClock.now >= nextRound
                if isRound { nextRound = .now + Self.interval }
                let (due, all) = state.withLock { state in
                    defer { state.due = [] }
                    return (state.due, isRound ? Set(state.byBoard.keys) : state.due)
                }
                let failed = await examine(all, due)
                hasFailed = !failed.isEmpty
                if hasFailed { state.withLock { $0.due.formUnion(failed) } }
            }
        }
    }

    /// - Returns: those which were due, and could not be looked at.
    private func examine(_ boards: Set<BoardID>, _ due: Set<BoardID>) async -> Set<BoardID> {
        var failed: Set<BoardID> = []
        for board in boards {
            let isDue = due.contains(board)
            if await !examine(board, releases: isDue), isDue { failed.insert(board) }
        }
        return failed
    }

    /// Where Redis does not answer, everybody stays as they are: it is away from those who write as well.
    /// - Parameter releases: who may go on is told so.
    /// - Returns: false: it did not answer.
    @discardableResult
    func examine(_ board: BoardID, releases: Bool = false) async -> Bool {
        let before = NIODeadline.now()
        let store: ScoreStore
        do throws(BoardLookupError) { store = try await catalogue.board(board, on: eventLoop) } catch {
            // Of one that is not there its stream tells.
            if case .store = error { return false }
            return true
        }
        let shownTo = store.shownTo
        guard shownTo != .everybody else { return true }
        let viewers = state.withLock { $0.byBoard[board]?.values.compactMap(\.viewer) ?? [] }
        guard !viewers.isEmpty else { return true }
        let users = Array(Set(viewers.map(\.subject)))
        guard let found = try? await store.rights(of: users, on: eventLoop) else { return false }
        let rights = Dictionary(zip(users, found), uniquingKeysWith: { first, _ in first })
        let look = RightsLook(shownTo: shownTo, asOf: before)
        for viewer in viewers {
            guard let right = rights[viewer.subject] else { continue }
            let needsToken = shownTo == .members && !right.isMember
            if needsToken, !viewer.isMember {
                viewer.end(.boardNotFound)
            } else if right.isSuspended {
                viewer.end(.suspendedViewer)
            } else if releases {
                viewer.goOn(look, needsToken: needsToken)
            }
        }
        return true
    }
}

/// One of them: what may change while it watches.
final class PrivateViewer: Sendable {
    let board: BoardID
    let subject: UserID
    let channel: any Channel
    private let transport: Transport
    private let viewers: PrivateViewers
    /// Nil: the connection is this viewer's own.
    private let subscription: SubscriptionReference?
    private let isMemberByToken: Atomic<Bool>

    init(
        _ viewer: LiveViewer,
        of board: BoardID,
        on channel: any Channel,
        _ transport: Transport,
        _ viewers: PrivateViewers,
        subscription: SubscriptionReference? = nil
    ) {
        self.board = board
        subject = viewer.subject
        self.channel = channel
        self.transport = transport
        self.viewers = viewers
        self.subscription = subscription
        isMemberByToken = Atomic(viewer.isMember)
        viewers.add(self)
    }

    deinit { viewers.remove(ObjectIdentifier(self), of: board) }

    /// As far as its token says it.
    var isMember: Bool { isMemberByToken.load(ordering: .relaxed) }

    /// It has shown another token of its own.
    func renew(_ viewer: LiveViewer) {
        isMemberByToken.store(viewer.isMember, ordering: .relaxed)
    }

    /// It may see the board.
    /// - Parameter needsToken: as a member by its token alone, which may be another by then.
    func goOn(_ look: RightsLook, needsToken: Bool) {
        channel.eventLoop.execute { [self] in
            guard !needsToken || isMember else { return }
            if let subscription { return subscription.goOn(look) }
            channel.pipeline.fireUserInboundEventTriggered(LookedUp(look))
        }
    }

    func end(_ refusal: Refusal) {
        channel.eventLoop.execute { [channel, transport, subscription] in
            if let subscription { return subscription.end(refusal) }
            Framings.end(channel, transport, with: refusal)
        }
    }
}
