import FoundationEssentials
import Leaderboard
import Logging
import NIOCore
import NIOPosix
import RedisClient

/// Asks one Redis, over a connection of its own, what the ``Doctor`` wants to know. Writes nothing.
struct RedisExamination: Sendable {
    /// From the first try to a connection.
    private static let patience = Duration.seconds(3)

    private let endpoint: RedisEndpoint
    private let options: RedisOptions
    private let leeway: Double
    private let isPrivate: Bool
    private let keys: BoardKeys
    private let space: KeySpace
    private let board: BoardID?
    private let environment: BoardDefinition

    /// - Parameters:
    ///   - isPrivate: it is the service's own, which nobody else configures.
    ///   - board: which is looked at wholly; nil: all are.
    init(_ endpoint: RedisEndpoint, _ configuration: ServiceConfiguration, isPrivate: Bool, board: BoardID?) {
        self.endpoint = endpoint
        self.isPrivate = isPrivate
        self.board = board
        space = configuration.redis.store.keySpace
        options = configuration.redis.options
        keys = configuration.redis.store.keys
        environment = configuration.redis.store.definition
        leeway = configuration.tokens.rules.leeway
    }

    /// - Returns: and the epoch of `main`, by which a running service is known.
    func result() async -> (findings: [Finding], epoch: KnownEpoch) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let trouble = LastTrouble()
        let redis = RedisConnections(
            endpoint: endpoint,
            options: options,
            eventLoopGroup: group,
            logger: Logger(label: "doctor") { _ in trouble }
        )
        let connection = Task { try await redis.run() }
        let findings = await ask(redis, on: group.next(), trouble: trouble)
        let epoch = redis.isConnected ? await KnownEpoch.ask(redis, keys, on: group.next()) : .unknown
        connection.cancel()
        _ = await connection.result
        try? await group.shutdownGracefully()
        return (findings, epoch)
    }

    private func ask(_ redis: RedisConnections, on eventLoop: any EventLoop, trouble: LastTrouble) async -> [Finding] {
        let deadline = ContinuousClock.now + Self.patience
        while !redis.isConnected {
            guard ContinuousClock.now < deadline else {
                return [
                    .bad(
                        "redis",
                        "\(endpoint) cannot be used: \(trouble.reason ?? "no answer within \(Self.patience)")",
                        do:
                            "start Redis there, or correct REDIS_URL (host, port, user, password, rediss:// for TLS, the primary), SENTINEL_USER, SENTINEL_PASSWORD, REDIS_CERTIFICATE_FILE"
                    )
                ]
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        do {
            let info = try await redis.send(RedisCommand("INFO"), on: eventLoop)
            let facts = RedisFacts(
                info: info.text ?? "",
                isPrivate: isPrivate,
                replicas: redis.replicas,
                isFsynced: options.durability == .fsynced
            )
            // What a replica holds is its primary's business.
            if facts.isReplica { return facts.findings }
            var findings = facts.findings
            if facts.isAppendOnly {
                let rights = await ReplayRights.ask(redis, keys, on: eventLoop)
                findings.append(rights.finding(isNeeded: facts.needsReplayRights))
            }
            if let freeing = await LazyFreeing.ask(redis, on: eventLoop) { findings.append(freeing) }
            findings.append(await library(redis, on: eventLoop))
            findings.append(await rights(redis, on: eventLoop))
            if let writes = await writes(redis, on: eventLoop) { findings.append(writes) }
            findings += await BoardsExamination(redis, space, wanted: board).findings(on: eventLoop)
            if let definition = await definition(redis, on: eventLoop) { findings.append(definition) }
            findings.append(await clock(redis, on: eventLoop))
            return findings
        } catch .refused(let refusal) {
            return [
                .bad(
                    "redis",
                    "\(endpoint) refuses INFO to this user: \(refusal.code)",
                    do: "allow it: ACL SETUSER <user> +info"
                )
            ]
        } catch {
            return [.bad("redis", "\(endpoint) does not answer: \(error)", do: "see what Redis is busy with")]
        }
    }

    /// Which edition of our functions Redis holds, and whether it would take ours.
    private func library(_ redis: RedisConnections, on eventLoop: any EventLoop) async -> Finding {
        let edition = FunctionLibrary.revision
        do {
            let reply = try await redis.send(RedisCommand("FCALL_RO", "leaderboard_revision", "0"), on: eventLoop)
            let held = reply.integer ?? 0
            if held == edition { return .good("functions", "edition \(held) of the library is loaded") }
            if held > edition {
                return .advice(
                    "functions",
                    "Redis holds edition \(held) of the library, this release brings \(edition)",
                    do: "nothing in a roll-back; otherwise run the release that the other instances run"
                )
            }
        } catch .refused(let refusal) where refusal.code == "NOPERM" {
            return .bad("functions", "this user may not call functions", do: "ACL SETUSER <user> +fcall +fcall_ro")
        } catch {
            // Not there yet: the service loads it.
        }
        // An empty text is never loaded: what matters is whether we are refused for it or for our rights.
        do {
            _ = try await redis.send(RedisCommand("FUNCTION", "LOAD", ""), on: eventLoop)
        } catch .refused(let refusal) where refusal.code == "NOPERM" {
            return .bad("functions", "this user may not load functions", do: "ACL SETUSER <user> +function|load")
        } catch {}
        return .good("functions", "the service loads edition \(edition) of its library when it starts")
    }

    /// Whether the user may do all that the service does in its name.
    private func rights(_ redis: RedisConnections, on eventLoop: any EventLoop) async -> Finding {
        let (user, needed) = (endpoint.loginUser, NeededRights(endpoint, options, keys))
        guard let missing = await MissingRights.ask(redis, user: user, needed, on: eventLoop) else {
            return .advice(
                "rights",
                "could not be checked: the user \(user) may not ask ACL DRYRUN",
                do: "ACL SETUSER \(user) +acl|dryrun; what it needs is in ops/redis/users.acl"
            )
        }
        guard !missing.isEmpty else { return .good("rights", "the user \(user) may do all that the service does") }
        guard !missing.isOfReader else {
            return .advice(
                "rights",
                "the user \(user) may read and not write: it is not the service's, and what that one may do was not looked at",
                do: "ask with the service's REDIS_URL to see it"
            )
        }
        let remedy =
            "ACL SETUSER \(user) \(missing.rules), and the same in the file of users (ops/redis/users.acl has them all)"
        return missing.lacks.allSatisfy { $0.right.purpose == .checking }
            ? .advice(
                "rights",
                "the user \(user) may not use \(missing.words): a check or a figure is left out",
                do: remedy
            )
            : .bad(
                "rights",
                "the user \(user) may not use \(missing.words) (NOPERM), which the service and its functions need",
                do: remedy
            )
    }

    /// What an update would meet, as `/readyz` asks it. Nil where rights are in the way, which are told already.
    private func writes(_ redis: RedisConnections, on eventLoop: any EventLoop) async -> Finding? {
        do throws(RedisError) {
            try await WriteProbe.ask(redis, keys, on: eventLoop)
            return .good("writes", "Redis takes updates")
        } catch .refused(let refusal) where refusal.lacksRight {
            return nil
        } catch .refused(let refusal) {
            let reason = refusal.reasonAgainstWrites.map { "\($0) (\(refusal.code))" } ?? refusal.code
            return .bad("writes", "Redis answers, but takes no updates: \(reason)", do: Self.remedy(for: refusal.code))
        } catch {
            return .bad("writes", "Redis does not answer to a write: \(error)", do: "see what Redis is busy with")
        }
    }

    private static func remedy(for code: String) -> String {
        switch code {
        case "OOM":
            "CONFIG SET maxmemory to more than is in use, and the same in redis.conf, or give the machine more memory"
        case "MISCONF": "look into Redis' log; mostly the disk is full, or its folder may not be written"
        case "NOREPLICAS": "start its replicas, or lower min-replicas-to-write"
        case "READONLY": "set REDIS_URL to the primary"
        default: "look into Redis' log"
        }
    }

    /// Whether `main` has a definition that the environment says otherwise than. Nil where it has none.
    private func definition(_ redis: RedisConnections, on eventLoop: any EventLoop) async -> Finding? {
        let reply = try? await redis.send(RedisCommand("GET", keys.board), expecting: { _ in true }, on: eventLoop)
        guard case .string(let text)? = reply else { return nil }
        guard let main = try? BoardDefinition(stored: text) else {
            return .bad(
                "definition",
                "\(keys.board) holds no definition of a board: no update is taken",
                do: "store one: leaderboard board create main, or delete the key, then it is as the environment says"
            )
        }
        let settings = main.settings(otherThan: environment)
        guard !settings.isEmpty else { return .good("definition", "main has a definition of its own") }
        return .advice(
            "definition",
            "main has a definition of its own (version \(main.version)), other than \(settings.joined(separator: ", "))",
            do: "leaderboard board change main, or change the environment: what is stored holds"
        )
    }

    private func clock(_ redis: RedisConnections, on eventLoop: any EventLoop) async -> Finding {
        let before = Date.now.timeIntervalSince1970
        let reply = (try? await redis.send(RedisCommand("TIME"), on: eventLoop).array) ?? []
        let after = Date.now.timeIntervalSince1970
        guard reply.count == 2, let seconds = reply[0].integer, let micros = reply[1].integer else {
            return .bad(
                "clock",
                "Redis does not tell its time",
                do: "see whether it is a Redis at all, and allow +time"
            )
        }
        let time = Double(seconds) + Double(micros) / 1e6
        return Self.clock(difference: max(before - time, time - after, 0), leeway: leeway)
    }

    /// - Parameter difference: seconds by which the two clocks differ at least.
    static func clock(difference: Double, leeway: Double) -> Finding {
        let shown = "\((difference * 1000).rounded() / 1000) s"
        if difference <= 1 { return .good("clock", "differs from Redis' by no more than the way there (\(shown))") }
        let remedy = "keep the clocks of both machines by NTP (chrony, systemd-timesyncd)"
        return difference > leeway
            ? .bad("clock", "differs from Redis' by \(shown), more than tokens allow (\(leeway) s)", do: remedy)
            : .advice("clock", "differs from Redis' by \(shown): times in logs and metrics are off", do: remedy)
    }
}
