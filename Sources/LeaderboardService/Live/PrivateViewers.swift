import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import ServiceLifecycle
import Synchronization

/// The viewers who have shown who they are, as long as they watch. Whoever among them is suspended, or is no member, or none any more, of
/// a board that is not for everybody, is sent away: at once where the board's channel tells of it, and else within ``interval``. That costs
/// two commands for each board and instance, however many watch, and at most one of a board for everybody. Any loop.
final class PrivateViewers: Service {
    static let interval = Duration.seconds(5)

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
            while !Task.isCancelled {
                await bell.wait(for: max(.zero, nextRound - .now))
                let isRound = ContinuousClock.now >= nextRound
                if isRound { nextRound = .now + Self.interval }
                let boards = state.withLock { state in
                    defer { state.due = [] }
                    return isRound ? Set(state.byBoard.keys) : state.due
                }
                for board in boards { await examine(board) }
            }
        }
    }

    /// Where Redis does not answer, everybody stays: it is away from those who write as well.
    func examine(_ board: BoardID) async {
        guard let store = try? await catalogue.board(board, on: eventLoop) else { return }
        let visibility = store.board.definition.visibility
        guard visibility != .public else { return }
        let viewers = state.withLock { $0.byBoard[board]?.values.compactMap(\.viewer) ?? [] }
        guard !viewers.isEmpty else { return }
        let users = Array(Set(viewers.map(\.subject)))
        guard let found = try? await store.rights(of: users, on: eventLoop) else { return }
        let rights = Dictionary(zip(users, found), uniquingKeysWith: { first, _ in first })
        for viewer in viewers {
            guard let right = rights[viewer.subject] else { continue }
            if visibility == .members, !viewer.isMember, !right.isMember {
                viewer.end(.boardNotFound)
            } else if right.isSuspended {
                viewer.end(.suspendedViewer)
            }
        }
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

    func end(_ refusal: Refusal) {
        channel.eventLoop.execute { [channel, transport, subscription] in
            if let subscription { return subscription.end(refusal) }
            Framings.end(channel, transport, with: refusal)
        }
    }
}
