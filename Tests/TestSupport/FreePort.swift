import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// TCP ports that nobody listens on, below the range that the kernel gives to outgoing connections, so that a server can
/// be stopped and started on its own, by IPv4 and IPv6. The port 10,000 above (the bus of a Redis Cluster) is free as well.
package enum FreePort {
    /// A port looks free until its server has started: no two of a run get the same.
    private static let given = Mutex<Set<Int>>([])

    package static func find() async throws -> Int {
        while true {
            let port = Int.random(in: 12_000..<22_000)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            if await isFree(port), await isFree(port + 10_000) { return port }
        }
    }

    private static func isFree(_ port: Int) async -> Bool {
        for host in ["127.0.0.1", "::1"] {
            do {
                try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: host, port: port)
                    .get()
                    .close()
            } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL {
                // A machine without IPv6.
                continue
            } catch {
                return false
            }
        }
        return true
    }
}
