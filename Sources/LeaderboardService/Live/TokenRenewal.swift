import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Synchronization
import Text

/// A viewer's new token, over the WebSocket that its old one opened: `{"type":"token","token":"…"}`. Of the same user; from then on the
/// connection ends when the new one does. One at a time: the next is for when the answer has come.
final class TokenRenewal: Sendable {
    static let maximumMessageBytes = CompactJWS.maximumBytes + 128

    private let viewer: PrivateViewer
    private let network: ClientNetwork
    private let boards: RequestedBoard
    private let isBusy = Atomic(false)

    init(of viewer: PrivateViewer, from network: ClientNetwork, boards: RequestedBoard) {
        self.viewer = viewer
        self.network = network
        self.boards = boards
    }

    /// What the viewer says. Whatever else it is, it is let go. On the channel's loop.
    func take(_ text: ByteBuffer) {
        guard let object = (try? JSONValue(json: text, maximumBytes: Self.maximumMessageBytes))?.object,
            let token = Self.token(in: object)
        else { return }
        guard !isBusy.exchange(true, ordering: .acquiring) else {
            return viewer.channel.triggerUserOutboundEvent(EndLive.severalTokens, promise: nil)
        }
        // Nobody awaits it: it ends with a look at the token, and one at Redis.
        Task { await renew(with: ByteBuffer(string: token)) }
    }

    private func renew(with token: ByteBuffer) async {
        let (channel, loop) = (viewer.channel, viewer.channel.eventLoop)
        let answer: ByteBuffer
        var renewed: (viewer: LiveViewer, rights: RightsLook?)?
        do throws(Refusal) {
            let known = try await accepted(token, on: loop)
            renewed = known
            answer = Self.answer(until: known.viewer.knownUntil)
        } catch {
            answer = Self.answer(error)
        }
        let now = boards.callers.tokens.now()
        loop.execute { [self, renewed] in
            isBusy.store(false, ordering: .releasing)
            if let renewed {
                viewer.renew(renewed.viewer)
                let access = Access(renewed.viewer, now: now, renewed.rights)
                channel.pipeline.fireUserInboundEventTriggered(RenewedAccess(access))
            }
            channel.writeAndFlush(WebSocketFrame.text(answer), promise: nil)
        }
    }

    /// - Returns: the viewer by the new token, and the look at their rights, where the board is not for everybody.
    private func accepted(
        _ text: ByteBuffer,
        on eventLoop: any EventLoop
    ) async throws(Refusal) -> (viewer: LiveViewer, rights: RightsLook?) {
        let token = try await boards.callers.token(text, from: network, on: eventLoop)
        guard token.subject == viewer.subject else { throw .otherUser }
        guard token.isActive else { throw .suspendedViewer }
        let known = LiveViewer(token, of: viewer.board)
        let before = NIODeadline.now()
        let store: ScoreStore
        do { store = try await boards.catalogue.board(viewer.board, on: eventLoop) } catch { throw Refusal(error) }
        guard store.shownTo != .everybody else { return (known, nil) }
        try await store.allowWatching(by: known, on: eventLoop)
        return (known, RightsLook(shownTo: store.shownTo, asOf: before))
    }

    /// Nil: the message is another one.
    static func token(in message: JSONObject) -> String? {
        message["type"]?.string == "token" ? message["token"]?.string : nil
    }

    static func answer(until end: Double) -> ByteBuffer {
        ByteBuffer(string: #"{"type":"token","status":"success","expires_at":\#(Int(clamping: end))}"#)
    }

    static func answer(_ refusal: Refusal) -> ByteBuffer {
        var answer = ByteBuffer(string: #"{"type":"token","status":"error","code":"\#(refusal.code)","message":"#)
        answer.writeJSON(refusal.message)
        answer.writeStaticString("}")
        return answer
    }
}

extension EndLive {
    static let severalTokens = EndLive(code: 1008, reason: "one token at a time")
    static let tooMuchWaits = EndLive(
        code: 1008,
        reason: "too much was said behind a token: wait for its answer first"
    )
}

extension Refusal {
    static let otherUser = Refusal(
        status: .forbidden,
        code: "other_user",
        message: "This connection is of another user, whose token came first: open another connection with this token."
    )
}
