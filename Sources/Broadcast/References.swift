import NIOCore

/// The centre, as the other loops see it.
final class HomeReference: Sendable {
    let eventLoop: any EventLoop
    private let home: NIOLoopBoundBox<Home>

    init(_ home: sending Home, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.home = .makeBoxSendingValue(home, eventLoop: eventLoop)
    }

    /// On the centre's loop, in the order of the calls; never before this returns, so an audience in the middle of a frame is
    /// not changed under its feet.
    func execute(_ body: @escaping @Sendable (Home) -> Void) {
        eventLoop.execute { [home] in body(home.value) }
    }

    /// On the centre's loop only.
    var value: Home { home.value }

    /// At once when on the centre's loop already; the stream of changes has one caller, so it stays in order.
    func run(_ body: @escaping @Sendable (Home) -> Void) {
        if eventLoop.inEventLoop { body(home.value) } else { execute(body) }
    }
}

/// An audience, as the centre sees it.
struct AudienceReference: Sendable {
    let eventLoop: any EventLoop
    private let audience: NIOLoopBoundBox<Audience>

    init(_ audience: sending Audience, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.audience = .makeBoxSendingValue(audience, eventLoop: eventLoop)
    }

    /// On the audience's loop, in the order of the calls: at once when it is the caller's, one hop otherwise.
    func run(_ body: @escaping @Sendable (Audience) -> Void) {
        if eventLoop.inEventLoop {
            body(audience.value)
        } else {
            eventLoop.execute { [audience] in body(audience.value) }
        }
    }

    /// On the audience's loop only.
    var value: Audience { audience.value }
}

/// A subscriber, as it travels to the centre and back; touched on its own loop only.
typealias SubscriberReference = NIOLoopBound<Subscriber>
