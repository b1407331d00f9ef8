import HTTPServer

import Glibc

/// How many file descriptors this process may have open (`RLIMIT_NOFILE`). Each connection takes one.
package struct DescriptorLimit: Sendable, Equatable {
    /// What holds now.
    package let current: UInt64
    /// Up to where the process may raise it by itself.
    package let maximum: UInt64

    /// How many connections may be open at one time, so that Redis, key sets, certificates and logs still get the descriptors
    /// that they need: one that is lost could not be made again.
    func connections(beside threads: Int) -> Int {
        let limit = Int(clamping: current)
        return max(1, limit - min(limit / 2, 64 + threads * 8))
    }

    package static func read() -> DescriptorLimit? {
        var limit = rlimit()
        // SAFETY: the call fills the local variable that it is given.
        guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
        return DescriptorLimit(current: UInt64(limit.rlim_cur), maximum: UInt64(limit.rlim_max))
    }

    /// Raises the current limit to the maximum: a login's usual 1024 is for programs that call `select(2)`, as we do not.
    package static func raise() {
        guard let limit = read(), limit.current < limit.maximum else { return }
        var raised = rlimit(rlim_cur: rlim_t(limit.maximum), rlim_max: rlim_t(limit.maximum))
        // Refused, the old one stays, and `leaderboard doctor` tells of it.
        // SAFETY: the call reads the local variable that it is given.
        _ = unsafe setrlimit(resource, &raised)
    }

    private static let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
}

extension ServerOptions {
    /// With no more connections than there are descriptors for.
    func within(_ limit: DescriptorLimit?, threads: Int) -> ServerOptions {
        var options = self
        if let limit { options.connections.total = min(connections.total, limit.connections(beside: threads)) }
        return options
    }
}
