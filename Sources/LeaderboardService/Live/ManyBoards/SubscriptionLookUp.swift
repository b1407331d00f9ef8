import Broadcast
import HTTPServer
import Leaderboard
import NIOCore

/// Whether a connection may have a subscription that its client asks for: as for a connection of its own.
struct SubscriptionLookUp: Sendable {
    private let wish: SubscriptionWish
    private let caller: LiveCaller
    private let network: ClientNetwork
    private let routes: LiveRoutes

    init(_ wish: SubscriptionWish, _ caller: LiveCaller, _ network: ClientNetwork, _ routes: LiveRoutes) {
        (self.wish, self.caller, self.network, self.routes) = (wish, caller, network, routes)
    }

    func find(on eventLoop: any EventLoop) async -> Result<FoundSubscription, Refusal> {
        do throws(Refusal) {
            let watching = try await routes.look(at: wish.board, wish.wish, caller, on: eventLoop)
            let place: Place
            do { place = try routes.places.take(for: network) } catch { throw Refusal(error) }
            guard watching.board != .main || wish.wish.window != nil else {
                return .success(
                    FoundSubscription(watching: watching, stream: routes.broadcaster.main, admission: place)
                )
            }
            let hold = try routes.hold(watching, wish.wish.window)
            let admission = BoardAdmission(place: place, hold: hold)
            return .success(FoundSubscription(watching: watching, stream: hold.stream, admission: admission))
        } catch { return .failure(error) }
    }
}

/// One that it may have.
struct FoundSubscription: Sendable {
    let watching: Watching
    let stream: BoardStream
    /// What is kept for its end.
    let admission: any AnyObject & Sendable
}
