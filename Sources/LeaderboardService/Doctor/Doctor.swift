import Broadcast
import FoundationEssentials
import HTTPServer
package import Leaderboard
import LiveSockets
import Logging
import RedisClient
import Text

/// Looks whether the service would run well here, and says in words what to change. It changes nothing itself: where the
/// service's own Redis has data and does not run, a copy of them is looked at; where it has none, none are made.
package struct Doctor: Sendable {
    private let settings: Settings
    private let token: String?
    private let board: BoardID?

    /// - Parameters:
    ///   - token: an access token to explain as well.
    ///   - board: the one that is looked at, wholly; nil: all boards are, the long ones in part.
    package init(_ settings: Settings, token: String? = nil, board: BoardID? = nil) {
        self.settings = settings
        self.token = token
        self.board = board
    }

    /// All findings, in the order in which one would mend them.
    package func findings() async -> [Finding] {
        let configuration: ServiceConfiguration
        do throws(InvalidSettings) {
            configuration = try ServiceConfiguration(settings)
        } catch {
            let wrong = error.all.map { invalid in
                Finding.bad(
                    "configuration",
                    "\(invalid)",
                    do: invalid.place.map { "correct it in \($0)" }
                        ?? "correct it in the environment or in \(settings.file.path)"
                )
            }
            return wrong + strangers + files
        }
        let own = [Self.summary(of: configuration)] + Self.demo(configuration) + strangers + files
        let limit =
            DescriptorLimit.read().map { [Self.descriptors($0, viewers: configuration.viewers.total)] }
            ?? []
        // Each has its own patience: one after the other they would take longer than anybody waits.
        async let (redis, epoch) = redis(configuration)
        async let running = running()
        async let keys = KeyExamination(configuration, token: token).findings()
        let choice = configuration.liveSender
        let sender = Self.sender(choice, fault: choice == .send ? nil : UringTrial.fault())
        return await own + limit + [sender] + port(configuration, epoch) + running + keys + redis
    }

    private func port(_ configuration: ServiceConfiguration, _ epoch: KnownEpoch) async -> [Finding] {
        let place = (try? settings.read { ServicePlace(local: $0) }) ?? ServicePlace(url: "")
        var owner: DirectoryHolder?
        if case .ownServer(let directory) = configuration.redis.source { owner = PrivateRedis.service(of: directory) }
        return await PortExamination(server: configuration.server, place: place, epoch: epoch, owner: owner).findings()
    }

    private func running() async -> [Finding] {
        guard let place = try? ServicePlace.read(settings) else { return [] }
        return await RunningInstance(place: place).findings()
    }

    private var strangers: [Finding] {
        settings.unknownNames(known: ServiceConfiguration.variables).map(\.finding)
    }

    private var files: [Finding] {
        let exposed = settings.exposedFiles
        return exposed.map(\.finding) + settings.file.findings(beside: exposed)
    }

    private static func summary(of configuration: ServiceConfiguration) -> Finding {
        let (server, limit) = (configuration.server, configuration.redis.store.definition.rateLimit)
        return .good(
            "configuration",
            "listens on \(server.host):\(server.port), \(limit.updates) updates per user in \(limit.interval)"
        )
    }

    private static func demo(_ configuration: ServiceConfiguration) -> [Finding] {
        guard configuration.isDemo else { return [] }
        return [
            .advice(
                "configuration",
                "DEMO is true: whoever opens /docs gets a token",
                do: "unset DEMO, but for development"
            )
        ]
    }

    /// The service raises its limit as far as it may. A limit below the bound on viewers is the bound in its place; one that is
    /// far below it is a mistake.
    static func descriptors(_ limit: DescriptorLimit, viewers: Int) -> Finding {
        // Beside the viewers: services with their connections, Redis, files.
        let needed = UInt64(viewers) + 1000
        guard limit.maximum < needed else { return .good("ulimit", "\(limit.maximum) file descriptors") }
        let fact = "\(limit.maximum) file descriptors are too few for LIVE_MAX_SUBSCRIBERS=\(viewers)"
        let remedy = "raise the hard limit to \(needed) (ulimit -Hn; LimitNOFILE= of systemd), or lower that"
        return limit.maximum < needed / 2
            ? .bad("ulimit", fact, do: remedy)
            : .advice("ulimit", fact, do: remedy)
    }

    /// How live frames would leave.
    /// - Parameter fault: why io_uring cannot be had here; nil: it can, or nobody wants it.
    static func sender(_ choice: LiveSenderChoice, fault: RingFault?) -> Finding {
        switch (choice, fault) {
        case (.send, _): .good("sender", "live frames leave by send, as LIVE_SENDER says")
        case (_, nil): .good("sender", "live frames leave by io_uring")
        // As it is meant: most containers forbid it.
        case (.auto, let fault?): .good("sender", "live frames leave by send, for io_uring cannot be had: \(fault)")
        case (.ioUring, let fault?):
            .bad(
                "sender",
                "the service does not start, for LIVE_SENDER=io_uring cannot be had: \(fault)",
                do: "LIVE_SENDER=auto, which takes send here; how a container allows it, the RUNBOOK says"
            )
        }
    }

    private func redis(_ configuration: ServiceConfiguration) async -> (findings: [Finding], epoch: KnownEpoch) {
        switch configuration.redis.source {
        case .endpoint(let endpoint):
            return await RedisExamination(endpoint, configuration, isPrivate: false, board: board).result()
        case .ownServer(let directory):
            // One that does not run has no service.
            guard PrivateRedis.hasData(in: directory) else { return ([Self.ownRedis(directory)], .none) }
            do {
                return try await own(directory, configuration)
            } catch {
                return ([.bad("redis", "\(error)", do: "mend that, or set REDIS_URL to a Redis of yours")], .unknown)
            }
        }
    }

    /// So often, with so long between them, it looks again while the server goes from one process to another.
    private static let (maximumTries, pause) = (30, Duration.milliseconds(100))

    private func own(
        _ directory: String,
        _ configuration: ServiceConfiguration
    ) async throws -> (findings: [Finding], epoch: KnownEpoch) {
        for attempt in 1...Self.maximumTries {
            let isLast = attempt == Self.maximumTries
            // A command that runs it does not stop it meanwhile; nil: it is about to.
            let visit = try PrivateRedis.visit(directory)
            defer { withExtendedLifetime(visit) {} }
            if visit != nil || isLast {
                let holder = PrivateRedis.holder(of: directory)
                guard try PrivateRedis.isRunning(in: directory) else {
                    return (try await copied(directory, configuration), .none)
                }
                let endpoint = try RedisEndpoint(url: try PrivateRedis.url(dataDirectory: directory))
                let result = await RedisExamination(endpoint, configuration, isPrivate: true, board: board).result()
                let isWell = !result.findings.contains { $0.verdict == .bad }
                if isWell || isLast || PrivateRedis.holder(of: directory) == holder { return result }
            }
            try await Task.sleep(for: Self.pause)
        }
        return ([], .unknown)
    }

    private func copied(_ directory: String, _ configuration: ServiceConfiguration) async throws -> [Finding] {
        guard PrivateRedis.isInstalled else { return [Self.ownRedis(directory)] }
        let copy: DataCopy
        do { copy = try DataCopy.make(of: directory) } catch {
            let fact =
                "one of the service's own, which does not run; its boards were not looked at: \(directory) \(error)"
            return [.advice("redis", fact, do: "start the service, and ask again")]
        }
        defer { copy.remove() }
        let quiet = Logger(label: "doctor") { _ in Silence() }
        let server = configuration.redis.ownServer(in: copy.path, for: .command, logger: quiet)
        do {
            let endpoint = try RedisEndpoint(url: try await server.start())
            let findings = await RedisExamination(endpoint, configuration, isPrivate: true, board: board).result()
                .findings
            await server.stop()
            return [.good("redis", "one of the service's own, which does not run: a copy of its data was looked at")]
                + findings
        } catch PrivateRedisError.ended(let status, _) {
            return [
                .bad(
                    "redis",
                    "redis-server cannot load a copy of the data in \(directory): it ends (\(status))",
                    do:
                        "start the service, and read \(directory)/redis/redis.log; the RUNBOOK says how a backup is restored"
                )
            ]
        }
    }
}

extension Doctor {
    /// Of a Redis of the service's own that has never run.
    private static func ownRedis(_ directory: String) -> Finding {
        guard PrivateRedis.isInstalled else {
            return .bad("redis", "redis-server was not found", do: "install it, or set REDIS_URL to a Redis of yours")
        }
        let parent = nearestThere(to: directory)
        var isFolder = false
        guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder,
            FileManager.default.isWritableFile(atPath: parent)
        else {
            return .bad(
                "redis",
                "one of the service's own, whose data cannot be put into \(directory): "
                    + "\(parent) is \(isFolder ? "not to be written by this user" : "no folder")",
                do: "set DATA_DIR to a folder that this user can write, or REDIS_URL to a Redis of yours"
            )
        }
        return .good("redis", "one of the service's own; its first start makes \(directory)")
    }

    /// The folder itself, or the one around it that is there.
    private static func nearestThere(to path: String) -> String {
        var path = path
        while !FileManager.default.fileExists(atPath: path), case (let parent?, _) = path.cut(atLast: "/") {
            path = parent.isEmpty ? "/" : String(parent)
            if path == "/" { break }
        }
        return FileManager.default.fileExists(atPath: path) ? path : "."
    }
}

/// Lets every log line go.
struct Silence: LogHandler {
    var logLevel = Logger.Level.critical
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event _: LogEvent) {}
}
