import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport

/// An identity service's key set over https, with a certificate that is its own authority.
final class KeySetServer: Sendable {
    let certificate: TemporaryFile
    let port: Int
    private let answers: Answers
    private let listener: any Channel

    var url: String { "https://localhost:\(port)/keys" }
    var requests: Int { answers.state.withLock { $0.requests } }

    init(_ keySet: String) async throws {
        let key = try TemporaryFile("")
        certificate = try TemporaryFile("")
        _ = try await Launcher.shared.output(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key.path, "-out",
                certificate.path,
            ]
        )
        let tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMFile(certificate.path).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: key.path, format: .pem))
            )
        )
        let answers = Answers(keySet)
        self.answers = answers
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answerer(answers))
                }
            }
            .bind(host: "localhost", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit {
        listener.close(promise: nil)
    }

    /// What comes next; nil: requests are taken and never answered.
    func answer(_ keySet: String?, status: HTTPResponseStatus = .ok) {
        answers.state.withLock { ($0.body, $0.status) = (keySet, status) }
    }
}

private final class Answers: Sendable {
    struct State {
        var body: String?
        var status = HTTPResponseStatus.ok
        var requests = 0
    }

    let state: Mutex<State>

    init(_ body: String) {
        state = Mutex(State(body: body))
    }
}

private final class Answerer: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answers: Answers

    init(_ answers: Answers) {
        self.answers = answers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let answer = answers.state.withLock { state in
            state.requests += 1
            return state
        }
        guard let body = answer.body else { return }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: answer.status,
            headers: ["Content-Length": "\(body.utf8.count)"]
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
