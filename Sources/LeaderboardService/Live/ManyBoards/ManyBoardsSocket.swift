import Broadcast
import HTTPServer
import Leaderboard
import NIOCore

/// A WebSocket by which a client follows many boards: it says which, and each message says of which subscription it is. What befalls one of
/// them leaves the others as they are. Owned by its event loop; its connection holds it.
final class ManyBoardsSocket {
    private final class Followed {
        let board: BoardID
        let subscription: Subscription
        /// Nil: the board is for everybody, and no token was shown.
        var viewer: PrivateViewer?

        init(_ board: BoardID, _ subscription: Subscription, _ viewer: PrivateViewer?) {
            (self.board, self.subscription, self.viewer) = (board, subscription, viewer)
        }
    }

    /// In ten seconds: all subscriptions made and ended, and some more.
    static let messages = 120

    private let channel: any Channel
    private let transport: Transport
    private let connection: SharedConnection
    private let routes: LiveRoutes
    private let network: ClientNetwork
    /// Its own, besides those of its subscriptions.
    private let place: Place
    private var token: VerifiedToken?
    /// How many it has shown since it was opened.
    private var tokens = 0
    private var isRenewing = false
    private var waiting = WaitingMessages()
    private var subscriptions = SocketSubscriptions<Followed>()

    /// - Parameter token: the one that the connection was opened with.
    static func open(
        _ live: LiveChannel,
        _ routes: LiveRoutes,
        _ token: VerifiedToken?,
        from network: ClientNetwork,
        _ place: Place
    ) {
        // Otherwise it was closed meanwhile.
        let transport = live.isDeflated ? Transport.deflatedWebSocket : .webSocket
        guard let connection = try? routes.broadcaster.share(live.channel, transport: transport, socket: live.direct)
        else { return }
        let socket = ManyBoardsSocket(live.channel, transport, connection, routes, token, network, place)
        live.onMessage(maximumBytes: SocketRequest.maximumBytes, messages: messages, socket.take)
    }

    private init(
        _ channel: any Channel,
        _ transport: Transport,
        _ connection: SharedConnection,
        _ routes: LiveRoutes,
        _ token: VerifiedToken?,
        _ network: ClientNetwork,
        _ place: Place
    ) {
        self.channel = channel
        self.transport = transport
        self.connection = connection
        self.routes = routes
        self.token = token
        self.network = network
        self.place = place
    }

    /// - Parameter text: nil: the message is binary.
    private func take(_ text: ByteBuffer?) {
        guard isRenewing else { return perform(text) }
        if !waiting.add(text) { channel.triggerUserOutboundEvent(EndLive.tooMuchWaits, promise: nil) }
    }

    private func perform(_ text: ByteBuffer?) {
        do throws(RefusedRequest) {
            guard let text else { throw RefusedRequest(.binaryMessage) }
            switch try SocketRequest(text) {
            case .subscribe(let wish): subscribe(wish)
            case .unsubscribe(let sub): unsubscribe(sub)
            case .token(let text): renew(with: text)
            }
        } catch {
            say(SocketAnswer.error(error.refusal, of: error.sub))
        }
    }

    // MARK: Subscriptions

    private func subscribe(_ wish: SubscriptionWish) {
        let number: Int
        do throws(SocketSubscriptions<Followed>.Refused) { number = try subscriptions.begin(wish.sub) } catch {
            let refusal = error == .duplicate ? Refusal.duplicateSubscription : .tooManySubscriptions
            return say(SocketAnswer.error(refusal, of: wish.sub))
        }
        let me = NIOLoopBound(self, eventLoop: channel.eventLoop)
        let lookUp = SubscriptionLookUp(wish, LiveCaller(shown: token, callers: routes.callers), network, routes)
        // Nobody awaits it: it ends with some looks at Redis, and there are no more of them than subscriptions.
        Task { [tokens, eventLoop = channel.eventLoop] in
            let found = await lookUp.find(on: eventLoop)
            eventLoop.execute { me.value.lookedUp(wish, number, found, byToken: tokens) }
        }
    }

    private func lookedUp(
        _ wish: SubscriptionWish,
        _ number: Int,
        _ found: Result<FoundSubscription, Refusal>,
        byToken: Int
    ) {
        guard subscriptions.lookedUp(wish.sub, number) else { return }
        switch found {
        case .success(let found): follow(found, wish, number, byToken: byToken)
        case .failure(let refusal):
            _ = subscriptions.end(wish.sub, number)
            say(SocketAnswer.error(refusal, of: wish.sub))
        }
    }

    private func follow(_ found: FoundSubscription, _ wish: SubscriptionWish, _ number: Int, byToken: Int) {
        let (sub, watching) = (wish.sub, found.watching)
        let mark = WebSocketMark(member: sub.member)
        let viewer = watching.viewer.map { entered($0, watching.board, sub, number) }
        let subscription = found.stream.subscribe(
            over: connection,
            transport: transport,
            view: watching.view,
            cursor: wish.wish.cursor,
            includesMetadata: wish.wish.includesMetadata,
            access: watching.access,
            admission: viewer.map { PrivateAdmission(viewer: $0, admission: found.admission) } ?? found.admission,
            mark: mark.mark,
            onEnd: { [weak self] reason in self?.end(sub, number, reason.word) }
        )
        guard let subscription else { return }
        let followed = Followed(watching.board, subscription, viewer)
        subscriptions.open(sub, number, followed)
        // Another token may have come while it was looked up with the one before, or with none.
        if byToken != tokens, let token, token.isTakenUntil > routes.callers.tokens.now() {
            renew(followed, sub, number, token)
        }
    }

    private func entered(
        _ viewer: LiveViewer,
        _ board: BoardID,
        _ sub: SubscriptionName,
        _ number: Int
    ) -> PrivateViewer {
        let reference = SubscriptionReference(self, sub, number, eventLoop: channel.eventLoop)
        return PrivateViewer(viewer, of: board, on: channel, transport, routes.privateViewers, subscription: reference)
    }

    private func unsubscribe(_ sub: SubscriptionName) {
        switch subscriptions.end(sub) {
        case .unknown: return say(SocketAnswer.error(.unknownSubscription, of: sub))
        case .lookedUp: break
        case .open(let followed): followed.subscription.end()
        }
        say(SocketAnswer.end(of: sub))
    }

    /// The service ends it. Nothing where it has ended already.
    fileprivate func end(_ sub: SubscriptionName, _ number: Int, _ refusal: Refusal?) {
        guard case .open(let followed) = subscriptions.end(sub, number) else { return }
        followed.subscription.end()
        say(SocketAnswer.end(of: sub, refusal))
    }

    /// The viewer may see its board.
    fileprivate func goOn(_ sub: SubscriptionName, _ number: Int, _ look: RightsLook) {
        subscriptions.followed(sub, number)?.subscription.lookedUp(look)
    }

    // MARK: Its token

    /// All subscriptions go by the new one from then on.
    private func renew(with text: String) {
        isRenewing = true
        let me = NIOLoopBound(self, eventLoop: channel.eventLoop)
        // Nobody awaits it: it ends with a look at the token.
        Task { [routes, network, token, eventLoop = channel.eventLoop] in
            let renewed: Result<VerifiedToken, Refusal>
            do throws(Refusal) {
                let new = try await routes.callers.token(ByteBuffer(string: text), from: network, on: eventLoop)
                guard token.map({ $0.subject == new.subject }) ?? true else { throw .otherUser }
                guard new.isActive else { throw .suspendedViewer }
                renewed = .success(new)
            } catch { renewed = .failure(error) }
            eventLoop.execute { me.value.renewed(renewed) }
        }
    }

    private func renewed(_ result: Result<VerifiedToken, Refusal>) {
        isRenewing = false
        switch result {
        case .failure(let refusal): say(TokenRenewal.answer(refusal))
        case .success(let new):
            token = new
            tokens += 1
            for (sub, number, followed) in subscriptions.open { renew(followed, sub, number, new) }
            say(TokenRenewal.answer(until: new.isTakenUntil))
        }
        // One of them may be the next token.
        while !isRenewing, channel.isActive, let text = waiting.next() { perform(text) }
    }

    /// Whether who sees a board that is not for everybody may do so by it as well, is looked up: they get nothing until then.
    private func renew(_ followed: Followed, _ sub: SubscriptionName, _ number: Int, _ token: VerifiedToken) {
        let known = LiveViewer(token, of: followed.board)
        if let viewer = followed.viewer {
            viewer.renew(known)
        } else {
            followed.viewer = entered(known, followed.board, sub, number)
        }
        followed.subscription.renew(Access(known, now: routes.callers.tokens.now()))
    }

    /// Who does not read what is said is too slow.
    private func say(_ message: ByteBuffer) {
        guard !connection.write(WebSocketFrame.text(message)) else { return }
        channel.triggerUserOutboundEvent(EndReason.tooSlow.close, promise: nil)
    }
}

/// One subscription of a connection, for who may end it from elsewhere.
final class SubscriptionReference: Sendable {
    private struct Weak {
        weak var socket: ManyBoardsSocket?
    }

    private let socket: NIOLoopBound<Weak>
    private let sub: SubscriptionName
    private let number: Int

    init(_ socket: ManyBoardsSocket, _ sub: SubscriptionName, _ number: Int, eventLoop: any EventLoop) {
        self.socket = NIOLoopBound(Weak(socket: socket), eventLoop: eventLoop)
        (self.sub, self.number) = (sub, number)
    }

    /// On the connection's loop.
    func end(_ refusal: Refusal) { socket.value.socket?.end(sub, number, refusal) }

    /// On the connection's loop.
    func goOn(_ look: RightsLook) { socket.value.socket?.goOn(sub, number, look) }
}
