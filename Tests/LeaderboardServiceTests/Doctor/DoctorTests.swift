import Foundation
import LiveSockets
import RedisClient
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The doctor")
struct DoctorTests {
    private func findings(
        _ own: [String: String],
        file: String = "/nonexistent/.env",
        token: String? = nil
    ) async -> [Finding] {
        // Few viewers, so that the limits of the machine that runs the tests are enough.
        let settings = testSettings(["LIVE_MAX_SUBSCRIBERS": "10"].merging(own) { $1 }, file: .read(file))
        return await Doctor(settings, token: token).findings()
    }

    private func bad(_ findings: [Finding]) -> [String] {
        findings.filter { $0.verdict == .bad }.map(\.subject)
    }

    @Test("finds nothing bad in a well-kept Redis, and names what each check saw")
    func wellKept() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb"])
        let findings = await findings(["REDIS_URL": redis.url])
        #expect(findings.filter { $0.verdict != .good } == [])
        let subjects = [
            "configuration", "ulimit", "sender", "redis", "persistence", "eviction", "memory", "replay", "freeing",
            "functions", "rights",
            "writes", "clock",
        ]
        #expect(findings.map(\.subject) == subjects)
        // It only looks: what is written is the service's business.
        #expect(try await redis.command("DBSIZE") == "0")
        #expect(try await redis.command("FUNCTION", "LIST") == "")
    }

    @Test(
        "says how live frames would leave, and why not by io_uring",
        arguments: [
            (LiveSenderChoice.auto, nil, Finding.Verdict.good, "by io_uring"),
            (
                .auto, RingFault.refused(errorNumber: EPERM), .good,
                "by send, for io_uring cannot be had: the system forbids it"
            ),
            (.auto, .refused(errorNumber: ENOMEM), .good, "RLIMIT_MEMLOCK"),
            (.auto, .refused(errorNumber: EINVAL), .good, "older than 6.1"),
            (.send, nil, .good, "by send, as LIVE_SENDER says"), (.ioUring, nil, .good, "by io_uring"),
            (.ioUring, .refused(errorNumber: ENOSYS), .bad, "LIVE_SENDER=io_uring cannot be had: the kernel has no"),
        ]
    )
    func sender(choice: LiveSenderChoice, fault: RingFault?, verdict: Finding.Verdict, words: String) {
        let finding = Doctor.sender(choice, fault: fault)
        #expect(finding.verdict == verdict && finding.fact.contains(words), "\(finding)")
        #expect(finding.remedy.isEmpty == (verdict == .good))
    }

    @Test("says that each write is synced, where DURABILITY=fsynced wants it")
    func fsynced() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--appendfsync", "always"])
        let findings = await findings(["REDIS_URL": redis.url, "DURABILITY": "fsynced"])
        let persistence = findings.first { $0.subject == "persistence" }
        #expect(persistence?.verdict == .good && persistence?.fact.contains("DURABILITY=fsynced") == true)
    }

    @Test("tells where main has a definition that the environment says otherwise than")
    func definition() async throws {
        let redis = try await PrivateRedisServer()
        for (text, verdict, words) in [
            (
                #"{"version":"3","increase_max":7}"#, Finding.Verdict.advice,
                "other than SCORE_INCREASE_MAX, RATE_LIMIT_UPDATES"
            ),
            ("no definition", .bad, "no definition of a board"),
        ] {
            try await redis.command("SET", "lb:{main}:board", text)
            let finding = await findings(["REDIS_URL": redis.url]).first { $0.subject == "definition" }
            #expect(
                finding?.verdict == verdict && finding?.fact.contains(words) == true,
                "\(String(describing: finding))"
            )
        }
    }

    @Test(
        "names what is wrong with a Redis, and says what to do",
        arguments: [
            (["--appendonly", "no"], "persistence", "appendonly yes"),
            (["--maxmemory-policy", "allkeys-lru"], "eviction", "noeviction"),
            (["--replicaof", "127.0.0.1 1"], "redis", "primary"),
        ]
    )
    func badRedis(arguments: [String], subject: String, remedy: String) async throws {
        let redis = try await PrivateRedisServer(arguments: arguments)
        let findings = await findings(["REDIS_URL": redis.url])
        #expect(bad(findings) == [subject])
        #expect(findings.first { $0.verdict == .bad }?.remedy.contains(remedy) == true)
    }

    @Test(
        "advises that Redis frees large keys beside its work",
        arguments: ["lazyfree-lazy-expire", "lazyfree-lazy-user-del"]
    )
    func freeing(setting: String) async throws {
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb", "--\(setting)", "no"])
        let advice = await findings(["REDIS_URL": redis.url]).filter { $0.verdict != .good }
        #expect(advice.map(\.subject) == ["freeing"])
        #expect(advice.first?.remedy == "CONFIG SET \(setting) yes, and the same in redis.conf")
        // A user that may not ask hears nothing of it.
        try await redis.command("ACL", "SETUSER", "default", "-config|get")
        #expect(await findings(["REDIS_URL": redis.url]).filter { $0.verdict != .good } == [])
    }

    @Test("with DURABILITY=replicated, tells that there is no replica, and that Redis would take updates without one")
    func replicas() async throws {
        let arguments = ["--maxmemory", "200mb"]
        let primary = try await PrivateRedisServer(port: .tcp, arguments: arguments)
        let settings = ["REDIS_URL": primary.url, "DURABILITY": "replicated"]
        let alone = await findings(settings)
        #expect(bad(alone) == ["replicas"])
        #expect(bad(await findings(settings.merging(["DURABILITY": "local"]) { $1 })) == [])

        let replica = try await PrivateRedisServer(port: .tcp, replicaOf: primary)
        let followed = await findings(settings)
        #expect(bad(followed) == [])
        #expect(followed.filter { $0.verdict == .advice }.map(\.subject) == ["replicas"])
        try await primary.command("CONFIG", "SET", "min-replicas-to-write", "1")
        #expect(await findings(settings).filter { $0.verdict != .good } == [])
        withExtendedLifetime(replica) {}
    }

    @Test("advises a limit on Redis' memory")
    func unlimited() async throws {
        let redis = try await PrivateRedisServer()
        let findings = await findings(["REDIS_URL": redis.url])
        #expect(findings.filter { $0.verdict == .advice }.map(\.subject) == ["memory"])
        #expect(bad(findings) == [])
    }

    @Test("tells rights that the user lacks", arguments: ["-fcall_ro -fcall", "-function|load"])
    func rights(taken: String) async throws {
        let redis = try await PrivateRedisServer(port: .tcp)
        let rules = ["on", ">secret", "~*", "&*", "+@all"] + taken.split(separator: " ").map(String.init)
        _ = try await Launcher.shared.output(
            "redis-cli",
            ["-s", redis.socketPath, "ACL", "SETUSER", "board"] + rules
        )
        let findings = await findings(["REDIS_URL": "redis://board:secret@127.0.0.1:\(redis.port ?? 0)"])
        #expect(bad(findings) == ["functions", "rights"])
    }

    @Test("tells why Redis cannot be used, and never a password")
    func wrongPassword() async throws {
        let redis = try await PrivateRedisServer(port: .tcp, password: "right-password")
        let findings = await findings(["REDIS_URL": "redis://:wrong-password@127.0.0.1:\(redis.port ?? 0)"])
        #expect(bad(findings) == ["redis"])
        #expect(findings.contains { $0.fact.contains("WRONGPASS") })
        #expect(!"\(findings)".contains("wrong-password"))
        redis.kill()
        let gone = await self.findings(["REDIS_URL": redis.url])
        #expect(bad(gone) == ["redis"])
        #expect(gone.contains { $0.fact.hasSuffix("cannot be used: connection refused") })
    }

    @Test("refuses a Redis without functions")
    func oldRedis() async throws {
        let server = try await ScriptedServer { _, bytes in
            if bytes.contains("ROLE") {
                let cluster = bytes.contains("INFO") ? "+no cluster\r\n" : ""
                return [.send("\(cluster)*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n")]
            }
            if bytes.contains("INFO") { return [.send("$20\r\nredis_version:6.2.14\r\n")] }
            return [.send(bytes.contains("TIME") ? "*2\r\n$1\r\n0\r\n$1\r\n0\r\n" : "+PONG\r\n")]
        }
        let findings = await findings(["REDIS_URL": "redis://127.0.0.1:\(server.port)"])
        #expect(findings.contains { $0.verdict == .bad && $0.fact == "version 6.2.14 has no functions" })
        // Its clock stands in 1970.
        #expect(findings.last?.verdict == .bad && findings.last?.subject == "clock")
        try await server.stop()
    }

    @Test("names a bad setting, and a name in .env that nobody reads")
    func configuration() async throws {
        #expect(
            await findings(["PORT": "http", "LOG_LEVEL": "loud", "JWT_SECRET": ""]).map(\.fact).sorted() == [
                "JWT_SECRET: set it, or JWT_JWKS: without either no token can be checked",
                "LOG_LEVEL: must be one of trace, debug, info, notice, warning, error, critical",
                "PORT: must be a whole number from 0 to 65535",
            ]
        )
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb"])
        let file = redis.folder.appending(path: "env")
        try Data("# RATE_LIMIT_UPDATE=1\nRATE_LIMIT_UPDATE=1\nTHREADS=2\nLOG_LEVEL=\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        let advice = await findings(["REDIS_URL": redis.url], file: file.path).filter { $0.verdict == .advice }
        #expect(advice.count == 2)
        #expect(advice.first?.fact.hasPrefix("RATE_LIMIT_UPDATE in \(file.path), line 2 ") == true)
        #expect(advice.first?.remedy == "RATE_LIMIT_UPDATES may be meant")
        #expect(advice.last?.remedy == "chmod 600 \(file.path)")
    }

    @Test("tells files with secrets that every user may read, or change")
    func exposedFiles() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb"])
        let (secret, file) = (try TemporaryFile(testSecret), try TemporaryFile("GRANT_SECRET='\(testSecret)'\n"))
        let own = ["REDIS_URL": redis.url, "JWT_SECRET": "", "JWT_SECRET_FILE": secret.path]
        for (mode, verdict) in [
            (0o600, nil), (0o640, nil), (0o644, Finding.Verdict.advice), (0o602, .bad), (0o666, .bad),
        ] {
            for path in [secret.path, file.path] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            let found = await findings(own, file: file.path).filter { $0.fact.contains("holds a secret") }
            #expect(found.map(\.verdict) == (verdict.map { [$0, $0] } ?? []), "\(String(mode, radix: 8)): \(found)")
            let subjects = ["JWT_SECRET_FILE (\(secret.path))", file.path]
            #expect(found.isEmpty || zip(found, subjects).allSatisfy { $0.fact.hasPrefix($1) }, "\(found)")
            // The service says it in its log.
            let settings = testSettings(["JWT_SECRET": "", "JWT_SECRET_FILE": secret.path], file: .read(file.path))
            #expect(try ServiceConfiguration(settings).exposedFiles.map(\.finding) == found)
        }
    }

    @Test(
        "judges clocks and limits",
        arguments: [(0.2, Finding.Verdict.good), (5, .advice), (31, .bad)]
    )
    func clock(difference: Double, verdict: Finding.Verdict) {
        #expect(RedisExamination.clock(difference: difference, leeway: 30).verdict == verdict)
    }

    @Test(
        "judges the limit on descriptors",
        arguments: [(UInt64(21_000), Finding.Verdict.good), (20_000, .advice), (1024, .bad)]
    )
    func descriptors(maximum: UInt64, verdict: Finding.Verdict) {
        let limit = DescriptorLimit(current: 256, maximum: maximum)
        #expect(Doctor.descriptors(limit, viewers: 20_000).verdict == verdict)
    }

    @Test("looks at the private Redis, whether a service runs on it or not, and leaves none behind")
    func privateRedis() async throws {
        try await withDataDirectory { data in
            // It makes none where none has been.
            let fresh = await findings(["DATA_DIR": data + "/new"])
            #expect(fresh.filter { $0.verdict != .good } == [])
            #expect(fresh.last?.fact.contains("first start makes \(data)/new") == true)
            #expect(await findings(["DATA_DIR": data]).filter { $0.verdict != .good } == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: data) == [])
            try await withService(["DATA_DIR": data]) { _ in }
            let before = try Self.look(at: data)
            let stopped = await findings(["DATA_DIR": data])
            #expect(stopped.filter { $0.verdict != .good } == [])
            #expect(stopped.contains { $0.fact.contains("a copy of its data was looked at") })
            // What the board's functions are is in the data, and was seen.
            #expect(stopped.contains { $0.subject == "functions" && $0.fact.contains("is loaded") })
            #expect(try Self.look(at: data) == before)
            let lock = "\(data)/redis/server.lock"
            #expect(Processes.holding(lock, as: ServerProcess.lockDescriptor).isEmpty)
            try await withService(["DATA_DIR": data]) { _ in
                let findings = await findings(["DATA_DIR": data])
                #expect(findings.filter { $0.verdict != .good } == [])
                #expect(findings.contains { $0.fact.contains("is loaded") })
                // One that would not start: the data are another's, which listens elsewhere.
                let second = await self.findings(["DATA_DIR": data, "PORT": "\(try FreePort.find())"])
                #expect(bad(second) == ["data"])
                let process = "(process \(ProcessInfo.processInfo.processIdentifier))"
                #expect(second.contains { $0.fact.contains("in use by another leaderboard service \(process)") })
            }
        }
    }

    /// Each file below the folder, with its size, its mode and when it was changed.
    private static func look(at folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().map { name in
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            let shown = [FileAttributeKey.size, .posixPermissions, .modificationDate, .systemFileNumber].map {
                facts[$0] ?? ""
            }
            return "\(name) \(shown)"
        }
    }

    @Test("tells of data that are damaged, and of a place where none can be made; and leaves them as they are")
    func damagedData() async throws {
        try await withDataDirectory { data in
            try FileManager.default.createDirectory(
                atPath: "\(data)/redis/appendonlydir",
                withIntermediateDirectories: true
            )
            for (name, text) in [("manifest", "file x.aof seq 1 type b\n"), ("1.base.rdb", "rubbish")] {
                try Data(text.utf8).write(to: URL(filePath: "\(data)/redis/appendonlydir/appendonly.aof.\(name)"))
            }
            let before = try Self.look(at: data)
            let found = await findings(["DATA_DIR": data])
            #expect(bad(found) == ["redis"])
            #expect(found.last?.fact.contains("cannot load a copy of the data in \(data)") == true, "\(found)")
            #expect(try Self.look(at: data) == before)
            try Data().write(to: URL(filePath: "\(data)/file"))
            let file = await findings(["DATA_DIR": "\(data)/file/data"])
            #expect(file.last?.verdict == .bad && file.last?.fact.contains("\(data)/file is no folder") == true)
        }
    }

    @Test("tells whether its port is free, its own service's, or another program's, and whose")
    func port() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb"])
        @Sendable func port(_ own: [String: String]) async -> Finding? {
            await findings(["REDIS_URL": redis.url].merging(own) { $1 }).first { $0.subject == "port" }
        }
        let free = try await FreePort.find()
        #expect(await port(["PORT": "\(free)"]) == .good("port", "127.0.0.1:\(free) is free"))
        #expect(
            await port(["PORT": "\(free)", "HOST": "192.0.2.1"])?.fact.contains("is no address of this machine") == true
        )
        let stranger = try await ScriptedServer { _, _ in [.hangUp] }
        for host in ["127.0.0.1", "0.0.0.0", "*", "localhost"] {
            let taken = await port(["PORT": "\(stranger.port)", "HOST": host])
            #expect(taken?.verdict == .bad, "\(host): \(String(describing: taken))")
            #expect(taken?.fact.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        }
        try await stranger.stop()
        try await withService(["REDIS_URL": redis.url]) { service in
            let own = await port(["PORT": "\(service.port)"])
            #expect(own?.verdict == .good && own?.fact.contains("this service listens on") == true)
            // Where the commands find another one does not matter.
            #expect(await port(["PORT": "\(service.port)", "LEADERBOARD_URL": "http://127.0.0.1:1"])?.verdict == .good)
            // One that has other scores, in another Redis, another database or under another prefix, is not this configuration's.
            let empty = try await PrivateRedisServer()
            for other in [
                ["REDIS_URL": empty.url], ["REDIS_KEY_PREFIX": "game"], ["REDIS_URL": "", "DATA_DIR": "/tmp/none"],
            ] {
                let taken = await port(other.merging(["PORT": "\(service.port)"]) { $1 })
                #expect(taken?.verdict == .bad, "\(other): \(String(describing: taken))")
                #expect(taken?.fact.contains("is taken by another leaderboard") == true)
            }
            // Where its Redis does not answer, nobody can tell.
            let unknown = await port(["REDIS_URL": "redis://127.0.0.1:1", "PORT": "\(service.port)"])
            #expect(unknown?.verdict == .good && unknown?.fact.contains("it does not show") == true)
        }
    }

    @Test("reads whatever table of sockets there is")
    func sockets() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
               1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 12 1
               2: 00000000000000000000000000000000:1F90 0:0 0A 0 0 0 0 0 13
               3: 0100007F:1F91 00000000:0000 0A 0 0 0 0 0 14
               rubbish
               4: 0100007F:FFFFFFFFFFFFFFFFFFFF 0:0 0A 0 0 0 0 0 15
            """
        #expect(PortHolder.inodes(in: table, port: 8080) == ["11", "13"])
    }

    @Test("explains an access token: whom it lets do what, or why it is refused; and never shows it")
    func token() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb"])
        func explain(_ text: String, _ own: [String: String] = [:]) async -> Finding? {
            let all = await findings(["REDIS_URL": redis.url].merging(own) { $1 }, token: text)
            #expect(!"\(all)".contains(text.suffix(20)))
            return all.first { $0.subject == "token" }
        }
        func token(_ own: [String: String] = [:], lifetime: Duration = .seconds(600), scope: String? = nil) throws
            -> String
        {
            try TokenSigner(testSettings(own)).token(user: "auth0|5f7c", lifetime: lifetime, scope: scope)
        }
        for text in [try token(), "Bearer \(try token())", " \(try token())\r\n"] {
            let finding = await explain(text)
            #expect(finding?.verdict == .good)
            #expect(
                finding?.fact.hasPrefix("may add to the score of auth0|5f7c for 59") == true,
                "\(String(describing: finding))"
            )
        }
        #expect(await explain(try token(scope: "x leaderboard:admin"))?.fact.contains("may operate the board") == true)
        let refused: [(String, [String: String], String)] = [
            (try token(lifetime: .seconds(-60)), [:], "expired"),
            (try token(["JWT_SECRET": "another secret, also of 32 bytes or more"]), [:], "no key of ours made"),
            (try token(), ["JWT_ISSUER": "https://id.example"], "it has no iss, and JWT_ISSUER is set"),
            (try token(), ["JWT_AUDIENCE": "leaderboard"], "JWT_AUDIENCE"),
            (try token(), ["JWT_USER_CLAIM": "https://example.com/user_id"], "names its user"),
            ("rubbish-that-is-no-token-at-all", [:], "no JWT"),
        ]
        for (text, own, reason) in refused {
            let finding = await explain(text, own)
            #expect(
                finding?.verdict == .bad && finding?.fact.contains(reason) == true,
                "\(String(describing: finding))"
            )
        }
    }

    @Test("tells that a key set cannot be fetched")
    func keySet() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--maxmemory", "200mb"])
        let findings = await findings(["REDIS_URL": redis.url, "JWT_JWKS": "https://127.0.0.1:1/keys"])
        #expect(bad(findings) == ["keys"])
    }

    @Test("exits with 1 if something must be changed, and with 0 if not")
    func exitCode() async throws {
        let good = try await PrivateRedisServer()
        let bad = try await PrivateRedisServer(arguments: ["--appendonly", "no"])
        let shared = ["JWT_SECRET": testSecret, "LIVE_MAX_SUBSCRIBERS": "10", "PORT": "\(try await FreePort.find())"]
        let fine = try await ServiceProcess.run(["doctor"], shared.merging(["REDIS_URL": good.url]) { $1 })
        #expect(fine.code == 0, "\(fine.output)")
        let ill = try await ServiceProcess.run(["doctor"], shared.merging(["REDIS_URL": bad.url]) { $1 })
        #expect(ill.code == 1)
        #expect(ill.output.contains("-> CONFIG SET appendonly yes"))
    }

    @Test(
        "reads any text of INFO, whatever its numbers are",
        arguments: [
            "", ":", "::", "a", ":1", "inf", "-inf", "nan", "-1", "-0", "0", "1", "1e300", "0x10", "1.5", "2147483648",
            "4294967296", "9007199254740992", "9223372036854775807", "9223372036854775808",
            "18446744073709551615", "18446744073709551616",
        ],
        ["used_memory", "maxmemory", "connected_slaves", "redis_version"]
    )
    func extremeFacts(value: String, name: String) {
        let lines = [
            "used_memory:18446744073709551615", "maxmemory:1", "role:master", "redis_version:7.2.4", "\(name):\(value)",
        ]
        for info in [lines, lines.reversed(), ["\(name):\(value)"]] {
            let replicas = RedisReplicas(connected: .max, known: .max, required: .max)
            let findings = RedisFacts(info: info.joined(separator: "\r\n"), isPrivate: false, replicas: replicas)
                .findings
            #expect(findings.contains { $0.subject == "memory" })
        }
    }
}
