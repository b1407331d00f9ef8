import Glibc

/// What a crash leaves behind: one line that tells the signal and the addresses, and no memory, for secrets and tokens are in it.
package enum CrashOutput {
    /// From here on a crash writes its line (``CrashLine``) and no core file, and the Swift runtime does not catch it: its report
    /// shows the memory that the registers point to. The runtime's one sentence on a failed check stays. Where somebody has set
    /// `SWIFT_BACKTRACE` to anything but `enable=no`, what it says holds.
    package static func limit(format: LogFormat = .json) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // SAFETY: the call reads the local variable that it is given. To lower a limit is always allowed.
        _ = unsafe setrlimit(coreSize, &none)
        if let wish = unsafe getenv("SWIFT_BACKTRACE"), unsafe String(cString: wish) != "enable=no" { return }
        _ = signal(SIGQUIT, SIG_DFL)
        CrashLine.install(format: format)
    }

    /// To be called on each thread that strangers' bytes are read on: a stack that is full leaves its line as well.
    static func coverThread() {
        CrashLine.coverThread()
    }

    private static let coreSize = __rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue))
}
