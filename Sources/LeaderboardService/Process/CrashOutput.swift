#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a crash leaves behind: no memory, for secrets and tokens are in it.
package enum CrashOutput {
    /// From here on a crash writes no core file, and the Swift runtime does not catch it: its report shows the memory that the
    /// registers point to. The runtime's one sentence on a failed check stays. Where somebody has set `SWIFT_BACKTRACE`, what
    /// it says holds.
    package static func limit() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // SAFETY: the call reads the local variable that it is given. To lower a limit is always allowed.
        _ = unsafe setrlimit(coreSize, &none)
        guard unsafe getenv("SWIFT_BACKTRACE") == nil else { return }
        for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
            _ = signal(number, SIG_DFL)
        }
    }

    #if canImport(Glibc)
        private static let coreSize = __rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue))
    #else
        private static let coreSize = RLIMIT_CORE
    #endif
}
