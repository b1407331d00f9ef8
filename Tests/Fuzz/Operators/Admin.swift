import Board
import Leaderboard
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPServer
@testable import LeaderboardService

extension FuzzTarget {
    static let admin = FuzzTarget(
        "admin",
        "bodies that operators send",
        dictionary: "json"
    ) { input in
        // It has all members that a revert has.
        guard let request = try? request(input),
            let body = try? AdminBody(request, members: AdminBody.unrevertMembers)
        else { return }
        let isRevert = (try? AdminBody(request, members: AdminBody.revertMembers)) != nil
        if let reason = try? body.reason() {
            promise((1...500).contains(reason.text.utf8.count), "a reason has its length")
        }
        let updates = try? body.revertSelection()
        if let updates { isBounded(updates) }
        switch try? body.unrevertSelection() {
        case .reverts(let seqs):
            promise(!isRevert, "what names reverts is no revert")
            promise((1...100).contains(seqs.count), "so many reverts are undone at once")
            promise(seqs.allSatisfy((1...ScoreRange.limit).contains), "each has a seq in range")
        case .updates(let selection):
            isBounded(selection)
            promise(updates != nil, "updates are selected as those of a revert are")
        case nil: promise(updates == nil || !isRevert, "what a revert selects can be undone")
        }
    }

    private static func isBounded(_ selection: RevertSelection) {
        switch selection {
        case .update(let seq): promise((1...ScoreRange.limit).contains(seq), "a seq is in range")
        case .updates(_, let since, let until):
            promise(Moment.areInOrder(since, until), "times are in order")
            promise([since, until].allSatisfy { (0...ScoreRange.limit).contains($0 ?? 0) }, "times are in range")
        }
    }

    private static let router = Router([
        .on(.POST, "/", maximumBodyBytes: AdminBody.maximumBytes) { _ in Response(.ok) }
    ])

    private static func request(_ input: FuzzInput) throws -> Request {
        var parser = RequestParser(options: ServerOptions())
        parser.feed(ByteBuffer(string: "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\r\n"))
        guard case .head(let head) = try parser.next() else { throw RequestViolation.malformed }
        var incoming = IncomingRequest(head: head, router: router, began: .now())
        _ = incoming.append(input.buffer, maximumDropped: 0)
        return Request(incoming, isKeepAlive: true, remoteAddress: "192.0.2.1", eventLoop: EmbeddedEventLoop())
    }
}
