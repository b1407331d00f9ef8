import Broadcast
import NIOCore
import Text

@testable import LeaderboardService

extension FuzzTarget {
    static let subscribe = FuzzTarget(
        "subscribe",
        "messages on the WebSocket of many boards, a line each",
        dictionary: "json",
        maximumBytes: 1024
    ) { input in
        var subscriptions = SocketSubscriptions<Int>()
        for line in input.lines {
            switch Result(catching: { () throws(RefusedRequest) in try SocketRequest(ByteBuffer(bytes: line)) }) {
            case .failure(let refused):
                let answer = SocketAnswer.error(refused.refusal, of: refused.sub)
                promise(answer.isObject, "what a client is told is JSON, whatever it said")
            case .success(.token): break
            case .success(.unsubscribe(let sub)):
                promise(SocketAnswer.end(of: sub).isObject, "an end is JSON")
                _ = subscriptions.end(sub)
            case .success(.subscribe(let wish)):
                promise(wish.wish.namesBoard, "a message names its board")
                if case .shared(.users(let users)) = wish.wish.asked {
                    promise((1...20).contains(users.count), "so many users are followed")
                }
                guard let number = try? subscriptions.begin(wish.sub) else { continue }
                // Every other look-up takes longer than the connection lives.
                if number % 2 == 0, subscriptions.lookedUp(wish.sub, number) {
                    subscriptions.open(wish.sub, number, number)
                }
            }
            promise(subscriptions.open.count <= SocketSubscriptions<Int>.maximum, "so many are open")
        }
    }
}

extension ByteBuffer {
    fileprivate var isObject: Bool { (try? JSONValue(json: self, maximumBytes: 4096))?.object != nil }
}
