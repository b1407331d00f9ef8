import NIOCore
import NIOPosix
import Synchronization

/// Some of a run's viewers, whose messages one thread takes. There are as many crowds as cores, so that it is not the driver
/// that is measured.
///
/// The viewers are locked for as long as that thread takes what has arrived; others only ask now and then.
final class Crowd: Sendable {
    let viewers = Mutex(Viewers())
    let dueTimes: DueTimes
    private let service: ServiceURL
    /// Where each board is live.
    private let paths: [String]
    /// Where viewers connect, and where they stay if there are no `sockets`.
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    /// Nil where bytes have to be changed on their way (TLS).
    private let sockets: CrowdSockets?

    init(of service: ServiceURL, paths: [String], dueTimes: DueTimes) throws {
        self.service = service
        self.paths = paths
        self.dueTimes = dueTimes
        sockets = service.isSecure ? nil : try CrowdSockets()
    }

    /// One more viewer, whose connection is open when this returns.
    /// - Parameters:
    ///   - board: whose viewer it is.
    ///   - seq: what it has seen already; nil when a snapshot will tell.
    func join(board: Int = 0, after seq: Int?) async throws {
        try await connect(viewers.withLock { $0.add(after: seq, on: board) })
    }

    /// Brings viewers back whose connections end, until its task is cancelled.
    func bringBack() async {
        await withDiscardingTaskGroup { tasks in
            while (try? await Task.sleep(for: .milliseconds(50))) != nil {
                for viewer in viewers.withLock({ $0.returning() }) {
                    tasks.addTask { [self] in
                        let connected: Void? = try? await connect(viewer)
                        viewers.withLock { $0.hasReturned(viewer, isThere: connected != nil) }
                    }
                }
            }
        }
    }

    private func connect(_ viewer: Int) async throws {
        let path = paths[viewers.withLock { $0.board(of: viewer) }]
        if let sockets {
            return try await LiveClient.open(service, path, on: eventLoop) { [self] channel, frames in
                try sockets.take(over: channel, frames, of: viewer, in: self)
            }
        }
        let connection = try await LiveClient.connect(to: service, path: path, on: eventLoop) { [self] message in
            viewers.withLock {
                $0.received(message: message, by: viewer)
                $0.count(dueTimes)
            }
        }
        connection.end.whenFailure { [self] error in
            if error is ServerFrame.Violation { viewers.withLock { $0.giveUp(viewer) } }
        }
        connection.channel.closeFuture.whenComplete { [self] _ in viewers.withLock { $0.lose(viewer) } }
    }

    /// Up to now.
    func sightings() -> Sightings {
        viewers.withLock {
            $0.count(dueTimes)
            return $0.sightings
        }
    }

    /// Takes what arrives until ``end()``, on a thread that has nothing else to do.
    func follow() {
        sockets?.follow(self)
    }

    func end() {
        sockets?.end()
    }
}
