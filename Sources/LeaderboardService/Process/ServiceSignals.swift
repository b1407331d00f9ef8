import UnixSignals

import Glibc

/// What each signal means to the service (the table is in the RUNBOOK). None but SIGKILL ends it without its graceful stop,
/// except those of a crash (``CrashLine``); those that stop and continue a process (SIGTSTP …) are the shell's.
enum ServiceSignals {
    /// The service drains, and then ends.
    static let stopping: [UnixSignal] = [.sigterm, .sigint, .sigquit]

    /// Their default action would end the process. SIGHUP is heard by ``Reload``.
    static let ignored: [Int32] = {
        var signals = [SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE, SIGVTALRM, SIGPROF, SIGXFSZ, SIGXCPU]
        signals += [SIGIO, SIGPWR, SIGSTKFLT]
        // Those of real time, but the first, which the C library keeps to itself (signal(7)).
        signals += 35...64
        return signals
    }()

    /// To be called at the start: a signal may come before anybody listens.
    static func ignoreOthers() {
        for number in ignored { _ = signal(number, SIG_IGN) }
    }
}
