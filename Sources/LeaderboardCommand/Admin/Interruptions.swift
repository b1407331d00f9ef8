import Dispatch

import Glibc

/// Signals that would end the process and leave a half-made file: its owner takes it away first.
final class Interruptions {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private var sources: [any DispatchSourceSignal] = []

    init(_ cleanUp: @escaping @Sendable () -> Void) {
        for number in Self.signals {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                cleanUp()
                // As shells report a process that the signal ended.
                _exit(128 + number)
            }
            source.resume()
            _ = signal(number, SIG_IGN)
            sources.append(source)
        }
    }

    func end() {
        for source in sources { source.cancel() }
        for number in Self.signals { _ = signal(number, SIG_DFL) }
    }
}
