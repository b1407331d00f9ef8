import HTTPServer
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// SIGHUP: the files of key sets and of the certificate are looked at now, and key sets at URLs are asked for. All of them are
/// looked at by themselves as well; that of webhook endpoints is read again now only. A line of the log tells what was read, and what
/// could not be. A setting that changed needs a restart.
struct Reload: Service {
    let keys: ServiceKeys
    let server: Server
    let webhooks: Webhooks?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) { await reload() }
        }
    }

    /// What each variable leads to, and a line of what came of it.
    private func reload() async {
        var reread = Reread()
        for (setting, trouble) in await keys.reload() { reread.note(setting, trouble) }
        let files = try? await NIOThreadPool.singleton.runIfActive { (server.reloadCertificates(), webhooks?.reload()) }
        reread.note("TLS_CERTIFICATE_FILE", outcome: files?.0)
        reread.note("WEBHOOKS_FILE", outcome: files?.1)
        reread.log(logger)
    }
}

private struct Reread {
    private var done: [String] = []
    private var failed: [String] = []

    /// - Parameter trouble: nil: it could be read.
    mutating func note(_ setting: String, _ trouble: (any Error)?) {
        if let trouble { failed.append("\(setting): \(trouble)") } else { done.append(setting) }
    }

    /// - Parameter outcome: nil: it is not set.
    mutating func note(_ setting: String, outcome: Result<Void, some Error>?) {
        switch outcome {
        case nil: break
        case .success: note(setting, nil)
        case .failure(let error): note(setting, error)
        }
    }

    func log(_ logger: Logger) {
        let all = done.isEmpty ? "none" : done.joined(separator: ", ")
        guard !failed.isEmpty else {
            return logger.info("read again, as SIGHUP asks", metadata: ["settings": "\(all)"])
        }
        logger.error(
            "not all could be read again, as SIGHUP asks: what was read before stays",
            metadata: ["settings": "\(all)", "failed": "\(failed.joined(separator: "; "))"]
        )
    }
}
