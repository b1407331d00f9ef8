import Crypto
import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// The certificate that new connections are shown: read at the start, and again when its files change. Any thread.
///
/// While the files are of no use (missing, half written, a key that does not fit), the certificate from before stays. The
/// log has the first failure of a row, and its end.
final class Certificates: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// Of the files that the context was made of.
        var digest: SHA256.Digest
        var isFailing = false
    }

    private let files: TLSFiles
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: when the files cannot be used: the server does not start without them.
    init(_ files: TLSFiles, logger: Logger) throws(TLSFilesError) {
        self.files = files
        self.logger = logger
        let pair = try CertificatePair(files)
        state = Mutex(State(context: try pair.context(), digest: pair.digest))
    }

    /// For the connection that is made now.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Looks at the files until the task is cancelled.
    func watch(every interval: Duration) async {
        while (try? await Task.sleep(for: interval)) != nil {
            try? await NIOThreadPool.singleton.runIfActive { _ = self.reload() }
        }
    }

    /// - Returns: why the files are of no use; nil: they are those that connections are shown.
    func reload() -> TLSFilesError? {
        do throws(TLSFilesError) {
            let pair = try CertificatePair(files)
            let digest = pair.digest
            guard state.withLock({ $0.digest != digest || $0.isFailing }) else { return nil }
            let context = try pair.context()
            state.withLock { $0 = State(context: context, digest: digest) }
            logger.info("certificate reloaded")
            return nil
        } catch {
            let isFirst = state.withLock { state in
                defer { state.isFailing = true }
                return !state.isFailing
            }
            if isFirst {
                logger.error("certificate not reloaded, the one from before stays", metadata: ["reason": "\(error)"])
            }
            return error
        }
    }
}
