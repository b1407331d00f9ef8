import HTTPServer
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// SIGHUP: the files of key sets and of the certificate are looked at now, and key sets at URLs are asked for. All of them are
/// looked at by themselves as well; that of webhook endpoints is read again now only. A setting that changed needs a restart.
struct Reload: Service {
    let keys: ServiceKeys
    let server: Server
    let webhooks: Webhooks?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                logger.info("keys and certificate are looked at, as SIGHUP asks")
                await keys.reload()
                try? await NIOThreadPool.singleton.runIfActive {
                    server.reloadCertificates()
                    webhooks?.reload()
                }
            }
        }
    }
}
