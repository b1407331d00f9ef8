import Glibc

extension ServerProcess {
    /// Starts a program: its standard output and error go to the end of `log`, it inherits `lock` and nothing else of ours,
    /// neither our environment (it has secrets) nor our terminal's Ctrl-C (it has to outlive the service's own shutdown).
    static func spawn(_ command: [String], lock: FileLock, log: String) throws(PrivateRedisError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        // SAFETY: both are initialised here and destroyed at the end of this function, and used in between only.
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        unsafe posix_spawn_file_actions_adddup2(&actions, lock.descriptor, lockDescriptor)
        // Whatever was opened without close-on-exec: a peer of ours would wait in vain for the end of it.
        for descriptor in Processes.ownDescriptors where descriptor > lockDescriptor {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        // Our own handling of signals is not for the server: a shutdown handler ignores SIGTERM, for one.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM] {
            unsafe sigaddset(&signals, signal)
        }
        for signal in ServiceSignals.ignored { unsafe sigaddset(&signals, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        // SAFETY: the copies live until after the call; `posix_spawn` keeps none of them.
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("PATH=" + Processes.searchPath), nil]
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe environment.forEach { unsafe free($0) }
        }
        var processID: pid_t = 0
        let result = unsafe posix_spawn(&processID, command[0], &actions, &attributes, &arguments, &environment)
        guard result == 0 else {
            errno = result
            throw .notStarted(reason: lastSystemError())
        }
        return processID
    }
}
