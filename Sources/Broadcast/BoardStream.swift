package import Board
package import LiveSockets
package import NIOCore
import Synchronization

/// One board, or one window of it, as it is broadcast: its events in, one encoding, any number of subscribers out, and a copy of its best rows.
///
/// The stream's state lives on one event loop (`eventLoop`; publish from there to save a hop), the subscribers on those
/// of their channels; a frame costs one hop per loop that has subscribers for it. Nothing is sent before the broadcaster runs.
package final class BoardStream: Sendable {
    package let followed: LiveWindow
    /// Owns the stream's state.
    package let eventLoop: any EventLoop
    let home: HomeReference
    private let audiences: [AudienceReference]
    private let surroundings: StreamSurroundings
    private let status = BoardStatus()
    /// The highest seq that was acknowledged to somebody here: what every reader of the copy must see.
    private let acknowledgedSeq = Atomic(0)

    init(_ followed: LiveWindow, isMain: Bool = false, surroundings: StreamSurroundings, source: StandingsSource) {
        self.followed = followed
        self.surroundings = surroundings
        eventLoop = surroundings.eventLoop
        let center = Home(
            followed,
            isMain: isMain,
            surroundings: surroundings,
            source: source,
            status: status
        )
        let home = HomeReference(center, eventLoop: surroundings.eventLoop)
        let status = status
        let audiences = surroundings.shards.enumerated().map { index, shard in
            let audience = Audience(
                shard: shard,
                followed: followed,
                index: index,
                surroundings: surroundings,
                home: home,
                status: status
            )
            return AudienceReference(audience, eventLoop: shard.eventLoop)
        }
        home.execute { $0.serve(audiences) }
        self.home = home
        self.audiences = audiences
    }

    // MARK: Events in

    /// A change of the board. Any thread, but one at a time: the calls' order is the stream's.
    package func publish(_ change: Change) {
        // Nearly always on the loop: an event costs no closure there.
        if eventLoop.inEventLoop { home.value.receive(change) } else { home.execute { $0.receive(change) } }
    }

    /// The board changed in a way that no change tells (a user left it): it is read anew. Its place among the changes counts.
    package func standingsReplaced() { home.run { $0.standingsReplaced() } }

    /// A user says something else of itself by now. It has no place among the changes.
    package func saysOther(_ user: String) { home.run { $0.saysOther(user) } }

    /// Seasons of the board's windows begin. Its place among the changes counts.
    package func begun(_ windows: BegunWindows) { home.run { $0.begun(windows) } }

    /// The subscription broke; until it is up again the standings are read from the source once per interval.
    package func subscriptionLost() { home.run { $0.subscriptionLost() } }

    /// The subscription is up, for the first time or again; every subscriber gets a snapshot.
    package func subscriptionLive() { home.run { $0.subscriptionLive() } }

    /// Whether the subscription is up and the standings were taken since. That they are being taken anew, because somebody
    /// left or an event was lost, changes nothing: ``version(containing:)`` says whether they can be vouched for.
    package var isLive: Bool { status.isCaughtUp }

    // MARK: Subscribers

    /// How many there are. Any thread.
    package var viewers: Int { status.viewers }

    /// Sends the channel messages until it closes. The first one is a snapshot, or, in the view of all changes with a
    /// cursor that is still known, one `changes` message with what was missed (and no changes in it if nothing was).
    ///
    /// On the channel's loop, which must be one of the group's. Raw bytes written to the channel must go out as they are.
    /// Sets the channel's write-buffer water marks.
    /// - Parameters:
    ///   - namesBoard: the messages name the board.
    ///   - includesMetadata: rows have what their users say of themselves, and it is told when that changes.
    ///   - access: who the viewer has shown to be.
    ///   - admission: what counts the subscriber; let go when it is gone.
    ///   - socket: a shorter way for bytes that the channel would be given, tried first.
    package func subscribe(
        _ channel: any Channel,
        transport: Transport,
        view: View,
        cursor: Cursor?,
        namesBoard: Bool,
        includesMetadata: Bool = false,
        access: Access,
        admission: (any AnyObject & Sendable)? = nil,
        socket: DirectSocket? = nil
    ) {
        guard let index = surroundings.placeOfLoop[ObjectIdentifier(channel.eventLoop)], channel.isActive else {
            return
        }
        let form = MessageForm(transport: transport, namesBoard: namesBoard, includesMetadata: includesMetadata)
        let subscriber = makeSubscriber(index, view, form, access, admission, socket: socket)
        do {
            try audiences[index].value.attach(subscriber, to: channel)
        } catch {
            // Closed meanwhile.
            return
        }
        join(subscriber, index, on: channel.eventLoop, cursor)
    }

    /// The same for one of several subscribers of a connection, who is told whose a message is. All messages name the board.
    ///
    /// On the connection's loop.
    /// - Parameters:
    ///   - mark: makes of frames of the transport the bytes that this subscriber gets.
    ///   - onEnd: the subscriber alone is gone; not called when ``Subscription/end()`` is, or when the connection ends.
    /// - Returns: nil: the connection has ended.
    package func subscribe(
        over connection: SharedConnection,
        transport: Transport,
        view: View,
        cursor: Cursor?,
        includesMetadata: Bool = false,
        access: Access,
        admission: (any AnyObject & Sendable)? = nil,
        mark: @escaping (ByteBuffer) -> ByteBuffer,
        onEnd: @escaping (EndReason) -> Void
    ) -> Subscription? {
        let channel = connection.channel
        guard channel.isActive, let index = surroundings.placeOfLoop[ObjectIdentifier(channel.eventLoop)]
        else { return nil }
        let form = MessageForm(transport: transport, namesBoard: true, includesMetadata: includesMetadata)
        let shared = SharedPlace(connection, mark: mark)
        let subscriber = makeSubscriber(index, view, form, access, admission, shared: shared)
        connection.add(subscriber, onEnd: onEnd)
        audiences[index].value.begin(subscriber)
        join(subscriber, index, on: channel.eventLoop, cursor)
        return Subscription(subscriber: subscriber)
    }

    private func makeSubscriber(
        _ index: Int,
        _ view: View,
        _ form: MessageForm,
        _ access: Access,
        _ admission: (any AnyObject & Sendable)?,
        socket: DirectSocket? = nil,
        shared: SharedPlace? = nil
    ) -> Subscriber {
        let users: [String]? = if case .users(let ids) = view { unique(ids.prefix(20)) } else { nil }
        let own: OwnWish? = if case .own(let wish) = view { wish } else { nil }
        return audiences[index].value.makeSubscriber(
            group: Group(kind: view.kind, form: form),
            users: users,
            own: own,
            access: access,
            admission: admission,
            socket: socket,
            shared: shared
        )
    }

    private func join(_ subscriber: Subscriber, _ index: Int, on eventLoop: any EventLoop, _ cursor: Cursor?) {
        let join = Join(subscriber, audience: index, eventLoop: eventLoop)
        home.execute { $0.join(join, cursor: cursor) }
    }

    private func unique(_ users: some Sequence<String>) -> [String] {
        var seen: Set<String> = []
        return users.filter { seen.insert($0).inserted }
    }

    // MARK: Reading the copy

    /// An update of the board is about to be answered with success: who reads after that sees it. Any thread.
    package func acknowledged(_ seq: Int) { acknowledgedSeq.max(seq, ordering: .releasing) }

    /// What every reader has to see. Any thread.
    package var acknowledged: Int { acknowledgedSeq.load(ordering: .acquiring) }

    /// The source is at `seq`, told to a reader who had to see `acknowledged` when it was asked: if that is more, the source was wiped,
    /// or restored to what it was earlier, and counts from there. Any thread.
    package func sourceIs(at seq: Int, afterAcknowledged acknowledged: Int) {
        guard seq < acknowledged else { return }
        _ = acknowledgedSeq.compareExchange(expected: acknowledged, desired: seq, ordering: .acquiringAndReleasing)
    }

    /// Something has happened on the board, as far as is known here. Any thread.
    var hasBegun: Bool { status.hasBegun }

    /// A number that differs whenever the standings may, for who keeps something made of them: as long as it is the one
    /// that came with them, they are fresh. Nil when the standings cannot be vouched for, or do not contain `seq` yet.
    /// Any thread; costs two atomic loads.
    package func version(containing seq: Int = 0) -> Int? { status.version(containing: seq) }

    /// The first `limit` standings (nil: as many as are known), as soon as they contain `seq` (of an update that was acknowledged, say). Nil when
    /// they cannot be vouched for, or do not contain it within `patience`: ask the source then. Any thread.
    package func standings(
        limit: Int?,
        atLeast seq: Int = 0,
        within patience: TimeAmount = .milliseconds(250)
    ) async -> CopiedStandings? {
        let promise = eventLoop.makePromise(of: CopiedStandings?.self)
        home.run { $0.read(limit: limit, atLeast: seq, within: patience, promise) }
        return try? await promise.futureResult.get()
    }
}
