import Board
import AsyncHTTPClient
import FoundationEssentials
import Leaderboard
import NIOCore
import NIOPosix
import NIOSSL
import SystemPackage
import Testing

@testable import LeaderboardCommand

@Suite("What a person reads of an error")
struct ErrorWordsTests {
    private static let errors: [(any Error, String)] = [
        (ScoreStoreError.unavailable("the connection was lost"), "Redis: the connection was lost"),
        (ScoreStoreError.outcomeUnknown("unexpected reply"), "Redis: unexpected reply"),
        (invalidUser, "user_id must be a string of 1 to 128 characters of A-Z a-z 0-9 _ - . : @ | + = ~."),
        (CommandFailure("nothing was changed"), "nothing was changed"),
        (Errno.noSpace, "No space left on device"),
        (IOError(errnoCode: ENOTCONN, reason: "recv(descriptor:)"), "Transport endpoint is not connected"),
        (IOError(errnoCode: ECONNREFUSED, reason: "connect(descriptor:)"), "Connection refused"),
        (CancellationError(), "it was interrupted"),
        (SocketAddressError.unsupported, "the address cannot be used"),
        (ChannelError.connectTimeout(.seconds(5)), "it does not answer in time"),
        (ChannelError.eof, "the connection ended"),
        (ChannelError.ioOnClosedChannel, "the connection ended"),
        (HTTPClientError.connectTimeout, "it does not answer in time"),
        (HTTPClientError.deadlineExceeded, "it does not answer in time"),
        (HTTPClientError.readTimeout, "it does not answer in time"),
        (HTTPClientError.remoteConnectionClosed, "the connection failed (Remote connection closed)"),
        (NIOSSLExtraError.failedToValidateHostname, "it shows no certificate that is trusted here, or no TLS"),
        (NIOSSLError.handshakeFailed(.zeroReturn), "it shows no certificate that is trusted here, or no TLS"),
        (BoringSSLError.zeroReturn, "it shows no certificate that is trusted here, or no TLS"),
        (LiveClient.Failure.refused(status: 503), "the service refused the WebSocket with status 503"),
        (ServerFrame.Violation(), "the service sent what is no WebSocket frame"),
        (
            DecodingError.valueNotFound(Int.self, .init(codingPath: [], debugDescription: "")),
            "the service answered what this edition of the command does not understand"
        ),
        (
            EncodingError.invalidValue(1, .init(codingPath: [], debugDescription: "")),
            "the question cannot be put into JSON"
        ),
        (EventLoopError.shutdown, "it did not work, and why is not known"),
        (Silent(), "it did not work, and why is not known"),
    ]

    private struct Silent: Error {}

    private static let invalidUser: any Error = {
        do throws(InvalidUserID) {
            _ = try UserID("not ours")
            return Silent()
        } catch { return error }
    }()

    @Test("is a sentence that names no type, descriptor or line of source", arguments: errors.indices)
    func words(index: Int) {
        let (error, words) = Self.errors[index]
        #expect(inWords(error) == words)
    }

    @Test(
        "of a connection is why it was not made",
        arguments: [
            ("127.0.0.1", "nothing listens there"), ("localhost", "nothing listens there"),
            ("no-such-host.invalid", "no address of no-such-host.invalid is known"),
        ]
    )
    func connection(host: String, words: String) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close()
        do {
            _ = try await ClientBootstrap(group: group).connect(host: host, port: port).get()
            Issue.record("somebody listens")
        } catch {
            #expect(inWords(error) == words)
            #expect(reason(of: error) == words)
        }
    }
}
