import Crypto
import FoundationEssentials
import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// The certificate that new connections are shown: read at the start, and again when its files change. Any thread.
///
/// A change that cannot be used (half written, a key that does not fit) is logged once, and the certificate from before
/// stays.
final class Certificates: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// Of the files as they were read last, whether they could be used or not.
        var digest: SHA256.Digest
    }

    private let files: TLSFiles
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: when the files cannot be used: the server does not start without them.
    init(_ files: TLSFiles, logger: Logger) throws {
        self.files = files
        self.logger = logger
        let pair = try Pair(files)
        state = Mutex(State(context: try pair.context(), digest: pair.digest))
    }

    /// For the connection that is made now.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Looks at the files until the task is cancelled.
    func watch(every interval: Duration) async {
        while (try? await Task.sleep(for: interval)) != nil {
            try? await NIOThreadPool.singleton.runIfActive { self.reload() }
        }
    }

    private func reload() {
        do {
            let pair = try Pair(files)
            guard
                state.withLock({ state in
                    defer { state.digest = pair.digest }
                    return state.digest != pair.digest
                })
            else { return }
            let context = try pair.context()
            state.withLock { $0.context = context }
            logger.info("certificate reloaded")
        } catch {
            logger.error("certificate not reloaded, the one from before stays", metadata: ["error": "\(error)"])
        }
    }
}

/// The contents of the two files at one time.
private struct Pair {
    let certificate: [UInt8]
    let privateKey: [UInt8]

    init(_ files: TLSFiles) throws {
        certificate = Array(try Data(contentsOf: URL(filePath: files.certificate)))
        privateKey = Array(try Data(contentsOf: URL(filePath: files.privateKey)))
    }

    var digest: SHA256.Digest {
        var hash = SHA256()
        hash.update(data: certificate)
        hash.update(data: privateKey)
        return hash.finalize()
    }

    /// TLS 1.2 or newer, HTTP/1.1 and nothing else.
    func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: privateKey, format: .pem))
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
