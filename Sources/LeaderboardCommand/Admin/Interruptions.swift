import Dispatch

import Glibc

/// Signals that would end the process, while there is something to do first: to take a half-made file away, to tell what was
/// found.
final class Interruptions {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private var sources: [any DispatchSourceSignal] = []

    /// The process ends behind the clean-up.
    convenience init(_ cleanUp: @escaping @Sendable () -> Void) {
        self.init(goesOn: {
            cleanUp()
            return false
        })
    }

    /// - Parameter goesOn: whether the process goes on, for it ends by itself then; asked at each signal.
    init(goesOn: @escaping @Sendable () -> Bool) {
        for number in Self.signals {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if goesOn() { return }
                // As shells report a process that the signal ended.
                _exit(128 + number)
            }
            // Before it: the source hears by an action of its own, which this would take away.
            _ = signal(number, SIG_IGN)
            source.resume()
            sources.append(source)
        }
    }

    func end() {
        for source in sources { source.cancel() }
        for number in Self.signals { _ = signal(number, SIG_DFL) }
    }
}
