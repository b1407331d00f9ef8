import Foundation
import RedisClient
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Configuration")
struct SettingsTests {
    private static func exampleText() throws -> String {
        try String(contentsOf: ShippedFiles.root.appending(path: ".env.example"), encoding: .utf8)
    }

    @Test(".env.example tells the bounds of each number", arguments: ServiceConfiguration.variables.sorted())
    func bounds(name: String) throws {
        var reason = ""
        do { _ = try ServiceConfiguration(testSettings([name: "no number"])) } catch {
            reason = error.all.first { $0.name == name }?.reason ?? ""
        }
        guard let bounds = reason.firstMatch(of: /a whole number from (-?\d+) to (\d+)/) else { return }
        let above = try Self.exampleText().split(separator: "\n").prefix { !$0.hasPrefix("\(name)=") }.reversed()
        // One comment may be of several variables.
        let comment = above.drop { $0.contains(/^[A-Z_]+=/) }.prefix { $0.hasPrefix("#") }.reversed()
            .map { $0.dropFirst(2) }.joined(separator: " ")
        #expect(comment.contains("\(bounds.1) to \(bounds.2)"), "\(name): \(comment)")
    }

    @Test(".env.example lists exactly the variables that are read")
    func example() throws {
        let text = try Self.exampleText()
        let listed = text.matches(of: /(?m)^#?([A-Z][A-Z_0-9]+)=/).map { String($0.1) }
        #expect(Set(listed) == ServiceConfiguration.variables)
        #expect(listed.count == Set(listed).count)
    }

    @Test(
        "a bad value refuses to start and names its variable",
        arguments: [
            ("PORT", "http"), ("PORT", "65536"), ("JWT_SECRET", "short"), ("REDIS_URL", "http://x"),
            ("RATE_LIMIT_UPDATES", "0"), ("RATE_LIMIT_INTERVAL_SECONDS", "-1"), ("SCORE_INCREASE_MAX", "1e3"),
            ("LIVE_WINDOW_MS", "-1"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"), ("THREADS", "0"),
            ("JWT_LEEWAY_SECONDS", "soon"), ("AUDIT_MAX_ENTRIES", "no"), ("LIVE_BACKLOG_BYTES", "8191"),
            ("DRAIN_SECONDS", "0"), ("REDIS_TIMEOUT_MS", "99"), ("LIVE_PING_SECONDS", "301"), ("LIVE_SENDER", "ring"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
            ("JWT_JWKS", "https://"), ("JWT_JWKS", "https://["), ("JWT_JWKS", "https://[]/"),
            ("JWT_JWKS", "https://[[]"),
            ("JWT_JWKS", "https://127.0.0.1:84443/keys"), ("JWT_JWKS", "https://a:0/"), ("JWT_JWKS", "https://a:/"),
            ("JWT_JWKS", "https://a b/"), ("JWT_JWKS", "https:///keys"),
            ("JWT_JWKS", "https://a:99999999999999999999/"),
            ("GRANT_JWKS", "https://[::1]:65536/"), ("REDIS_URL", "redis://[[]"), ("REDIS_URL", "redis://a:84443"),
            ("REDIS_URL", "redis://a:0"), ("REDIS_URL", "redis+sentinel://a:65536/name"), ("REDIS_URL", "redis://a/-1"),
            ("REDIS_URL", "redis+cluster://a,b:99999999999999999999"), ("REDIS_URL", "://"), ("REDIS_URL", "redis://"),
            ("HEAD_TIMEOUT_SECONDS", "9223372036854775807"), ("IDEMPOTENCY_KEY_SECONDS", "9223372036854775808"),
            ("DURABILITY", "eternal"), ("DURABILITY", "replicated"), ("REPLICAS", "1"), ("REPLICAS", "0"),
            ("REPLICAS", "101"), ("REPLICAS", "all"), ("SENTINEL_USER", "watcher"),
            ("REDIS_CA_FILE", "/nowhere/ca.pem"), ("JWT_JWKS_CA_FILE", "/nowhere/ca.pem"),
            ("JWT_JWKS", "http://localhost/keys"), ("GRANTS", "maybe"), ("GRANT_SECRET", "short"),
            ("CORS_ALLOWED_ORIGINS", "https://play.example.com/"), ("LIVE_ALLOWED_ORIGINS", "play.example.com"),
            ("JWT_JWKS", "https://"),
            ("JWT_USER_CLAIM", "/"), ("REDIS_URL_FILE", "/nowhere"),
        ]
    )
    func badValue(name: String, value: String) throws {
        let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(testSettings([name: value])) }
        #expect(error?.all.map(\.name) == [name])
        if name == "JWT_SECRET" { #expect(error?.description.contains(value) == false) }
    }

    @Test("a bad value is told together with the names that nobody reads: one of them may be meant")
    func unknownNames() throws {
        let file = EnvironmentFile(path: ".env", bytes: Array("JWT_SECRT=x\nPORT=http\n".utf8))
        let settings = Settings(environment: ["RATE_LIMIT_UPDATE": "5", "PATH": "/bin"], file: file)
        let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(settings) }
        #expect(
            error?.description.split(separator: "\n").sorted() == [
                "JWT_SECRET: set it, or JWT_JWKS: without either no token can be checked",
                "JWT_SECRT (.env, line 1): has no effect; JWT_SECRET may be meant",
                "PORT (.env, line 2): must be a whole number from 0 to 65535",
                "RATE_LIMIT_UPDATE (environment): has no effect; RATE_LIMIT_UPDATES may be meant",
            ]
        )
        // Of one part of the configuration as well, which is what the commands read.
        let token = #expect(throws: InvalidSettings.self) { try TokenSigner(settings) }
        #expect(token?.description.contains("JWT_SECRET may be meant") == true)
    }

    @Test("a certificate for Redis and its key go together, must be of use, and over TLS")
    func clientCertificate() async throws {
        let (files, other) = (try await TestCertificate(), try await TestCertificate())
        let (chain, key) = ("REDIS_CERTIFICATE_FILE", "REDIS_KEY_FILE")
        let secure = ["REDIS_URL": "rediss://localhost"]
        for (own, name) in [
            ([chain: files.certificate], key), ([key: files.key], chain),
            ([chain: files.certificate, key: other.key], key), ([chain: "/nowhere", key: files.key], chain),
            ([chain: files.certificate, key: files.key, "REDIS_URL": "redis://localhost"], chain),
        ] {
            let error = #expect(throws: InvalidSettings.self) {
                try ServiceConfiguration(testSettings(secure.merging(own) { $1 }))
            }
            #expect(error?.all.map(\.name) == [name])
        }
        let both = secure.merging([chain: files.certificate, key: files.key]) { $1 }
        let options = try RedisSetup(testSettings(both)).options
        #expect(options.clientCertificate == ClientCertificateFiles(certificate: files.certificate, key: files.key))
    }

    @Test("a file of authorities that is missing, or holds no certificate, refuses to start, and its variable is named")
    func authorities() async throws {
        let own = try await TestCertificate()
        for name in ["REDIS_CA_FILE", "JWT_JWKS_CA_FILE"] {
            func error(_ path: String) throws -> String? {
                let settings = testSettings([name: path, "JWT_JWKS": path])
                do { _ = try ServiceConfiguration(settings) } catch { return "\(error)" }
                return nil
            }
            #expect(try error(own.certificate) == nil)
            #expect(try error("/nowhere/ca.pem") == "\(name): the file is not there")
            #expect(try error("/tmp") == "\(name): the file is a folder, not a file")
            #expect(try error(own.key) == "\(name): the file holds no certificate in PEM")
            #expect(try error("/dev/null") == "\(name): the file holds no certificate in PEM")
        }
    }

    @Test("all bad values are told at once, each by its name and, in a file, by its line; none hides or makes another")
    func all() throws {
        let file = EnvironmentFile(
            path: ".env",
            bytes: Array("PORT=http\nTHREADS=0 # none\nDURABILITY=replicated".utf8)
        )
        let environment = [
            "LOG_LEVEL": "loud", "REDIS_URL": "http://secret", "GRANTS": "required", "JWT_SECRET": "short",
        ]
        let error = #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(Settings(environment: environment, file: file))
        }
        let described = try #require(error?.description).split(separator: "\n").map(String.init).sorted()
        #expect(
            described.map { String($0.prefix { $0 != ":" }) } == [
                "GRANT_SECRET", "JWT_SECRET", "LOG_LEVEL", "PORT (.env, line 1)", "REDIS_URL", "THREADS (.env, line 2)",
            ]
        )
        #expect(described.contains("PORT (.env, line 1): must be a whole number from 0 to 65535"))
    }

    @Test("a secret may stand in a file of its own, without the line end there")
    func secretFiles() throws {
        let file = try TemporaryFile("\u{FEFF}\(testSecret)\r\n")
        let redis = try TemporaryFile("redis://:p@redis.example.com:6380\n")
        let own = ["JWT_SECRET": "", "JWT_SECRET_FILE": file.path, "REDIS_URL_FILE": redis.path]
        let configuration = try ServiceConfiguration(testSettings(own))
        #expect(configuration.tokens.secret == testSecret)
        guard case .endpoint(let endpoint) = configuration.redis.source else { throw TestFailure() }
        #expect("\(endpoint)" == "redis://redis.example.com:6380/0")
        #expect(
            try ServiceConfiguration(testSettings(["JWT_SECRET": "\t\(testSecret) \r\n"])).tokens.secret == testSecret
        )
    }

    @Test("a secret of several lines is refused, in its file and in its variable", arguments: ["\n", "\r\n", "\r"])
    func linesOfSecret(end: String) throws {
        let text = "\(testSecret)\(end)# the old one: \(testSecret)\(end)"
        let file = try TemporaryFile(text)
        for (own, name) in [
            (["JWT_SECRET": text], "JWT_SECRET"),
            (["JWT_SECRET": "", "JWT_SECRET_FILE": file.path], "JWT_SECRET_FILE"),
        ] {
            let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(testSettings(own)) }
            #expect(error?.all.map(\.name) == [name])
            #expect(error?.all.first?.reason.contains("has several lines") == true)
        }
    }

    private struct TestFailure: Error {}

    private static let secrets = [
        "JWT_SECRET", "GRANT_SECRET", "REDIS_URL", "SENTINEL_PASSWORD", "LEADERBOARD_ADMIN_TOKEN",
    ]

    @Test("no fault of a secret shows anything of it, in the environment, in .env or in a file", arguments: secrets)
    func secretsStayHidden(name: String) throws {
        let secret = "hidden-\(name)"
        // Each is a fault for each of them: a line end or a blank in the middle, too short, no URL.
        for value in [
            secret, "http://\(secret)", "\(secret)\n\(secret)", "\u{7}\(secret)", "redis://a:\(secret)@h:99999",
        ] {
            let file = try TemporaryFile(value)
            let tooLarge = try TemporaryFile(value + String(repeating: "x", count: 65_536))
            let lines = ["\(name)=\(value) x", "\(name)='\(value)", "\(name)=\(value)\\", "\(name) \(value)", value]
            var all = lines.map {
                Settings(environment: [:], file: EnvironmentFile(path: ".env", bytes: Array($0.utf8)))
            }
            all += [
                Settings(environment: [name: value]), Settings(environment: [name + "_FILE": file.path]),
                Settings(environment: [name + "_FILE": tooLarge.path]),
                Settings(environment: [name: value, name + "_FILE": file.path]),
                Settings(environment: [name + "_FILE": value]),
            ]
            for settings in all {
                var told: [String] = []
                for read: (Settings) throws -> Void in [
                    { _ = try ServiceConfiguration($0) }, { _ = try OperatorToken.read($0) },
                    { _ = try TokenSigner($0) },
                ] {
                    do { try read(settings) } catch { told.append("\(error) \(String(reflecting: error))") }
                }
                #expect(!told.isEmpty)
                #expect(!told.joined().contains("hidden"), "\(told)")
            }
        }
    }

    @Test(
        "who we are to sentinels, and how many replicas confirm, is read for the service and for the admin commands alike"
    )
    func redis() throws {
        let url = "redis+sentinel://board:secret@h1,h2/main"
        let settings = testSettings([
            "REDIS_URL": url, "SENTINEL_USER": "watcher", "SENTINEL_PASSWORD": "another", "DURABILITY": "replicated",
            "REPLICAS": "2",
        ])
        for setup in [try ServiceConfiguration(settings).redis, try RedisSetup(settings)] {
            #expect(setup.options.replicas == 2)
            #expect(setup.options.clusterKey == "lb:{main}:scores")
            guard case .endpoint(let endpoint) = setup.source else { throw InvalidSetting(name: "", reason: "no URL") }
            #expect(endpoint.sentinelLogin == .init(user: "watcher", password: "another"))
        }
    }

    @Test(
        "a secret's file that is of no use is refused in words",
        arguments: [
            ("/nowhere", "is not there"), ("/tmp", "is a folder"), ("/dev/null", "is empty"),
            ("/dev/zero", "is larger"),
        ]
    )
    func uselessSecretFile(path: String, reason: String) throws {
        for name in ["JWT_SECRET", "GRANT_SECRET", "REDIS_URL"] {
            let own = ["JWT_JWKS": "https://id.example/keys", "JWT_SECRET": "", name + "_FILE": path]
            let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(testSettings(own)) }
            #expect(error?.all.map(\.name) == [name + "_FILE"])
            #expect(error?.all.first?.reason.contains(reason) == true)
        }
    }

    @Test("TLS files that are of no use refuse to start, and the variable is named")
    func tlsFiles() async throws {
        let (own, other) = (try await TestCertificate(), try await TestCertificate())
        func error(_ certificate: String, _ key: String) throws -> String? {
            let settings = testSettings(["TLS_CERTIFICATE_FILE": certificate, "TLS_PRIVATE_KEY_FILE": key])
            do { _ = try ServiceConfiguration(settings) } catch { return "\(error)" }
            return nil
        }
        #expect(try error(own.certificate, own.key) == nil)
        #expect(try error("/nowhere/cert.pem", own.key) == "TLS_CERTIFICATE_FILE: the file cannot be read")
        #expect(try error("/tmp", own.key) == "TLS_CERTIFICATE_FILE: the file cannot be read")
        #expect(try error(own.key, own.key) == "TLS_CERTIFICATE_FILE: the file holds no certificate in PEM")
        #expect(try error(own.certificate, "/nowhere/key.pem") == "TLS_PRIVATE_KEY_FILE: the file cannot be read")
        #expect(
            try error(own.certificate, own.certificate)
                == "TLS_PRIVATE_KEY_FILE: the file holds no private key in PEM, or one with a passphrase"
        )
        #expect(
            try error(own.certificate, other.key) == "TLS_PRIVATE_KEY_FILE: the key is not that of the certificate"
        )
        #expect(try error(own.certificate, "") == "TLS_PRIVATE_KEY_FILE: goes with TLS_CERTIFICATE_FILE")
    }

    @Test("without a key for tokens it says which to set")
    func noKey() throws {
        let error = #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(testSettings(["JWT_SECRET": ""]))
        }
        #expect(error?.description.contains("JWT_JWKS") == true)
    }
}
