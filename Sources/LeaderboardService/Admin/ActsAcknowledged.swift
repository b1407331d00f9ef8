import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// What operators change is seen by who reads after the answer, as an update is: the instance's copies are waited for until they are
/// where Redis was behind the act.
struct ActsAcknowledged: Sendable {
    let broadcaster: Broadcaster
    let catalogue: Catalogue

    /// The same handler; a success is acknowledged before it is answered.
    func after(_ handler: @escaping @Sendable (Request) async -> Response) -> @Sendable (Request) async -> Response {
        { request in
            let response = await handler(request)
            guard response.status.code < 300, let id = try? RequestedBoard.id(of: request),
                broadcaster.isFollowed(id.rawValue),
                let store = try? await catalogue.board(id, on: request.eventLoop),
                let seq = try? await store.seq(on: request.eventLoop)
            else { return response }
            broadcaster.acknowledged(seq, on: id.rawValue)
            return response
        }
    }
}
