import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What the commands make of the configuration, each a process of its own.
@Suite("The commands", .timeLimit(.minutes(5)))
struct CommandSettingsTests {
    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    @Test("refuse bad settings all at once, in words, with the exit code of a usage error")
    func usage() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: ".env")
            try Data("PORT=80 80\r\nJWT_SECRET='hidden\r\n".utf8).write(to: file)
            for command in ["serve", "ping", "token --user a", "demo", "load", "watch", "admin audit", "admin verify"] {
                let arguments = command.split(separator: " ").map(String.init)
                let (output, code) = try await ServiceProcess.run(arguments, ["LOG_LEVEL": "loud"], in: folder)
                #expect(code == 64 || (command == "admin verify" && code == 2), "\(command): \(output)")
                #expect(output.contains("PORT (.env, line 1): has a blank in it"), "\(command): \(output)")
                #expect(output.contains("JWT_SECRET (.env, line 2): has a quote"), "\(command): \(output)")
                #expect(output.contains("LOG_LEVEL: must be one of") == (command == "serve"), "\(command): \(output)")
                #expect(!output.contains("hidden"))
                // The command was called rightly.
                #expect(!output.contains("Usage:") && !output.contains("--help"), "\(command): \(output)")
            }
            let doctor = try await ServiceProcess.run(["doctor"], ["LOG_LEVEL": "loud"], in: folder)
            #expect(doctor.code == 1)
            #expect(doctor.output.matches(of: /BAD/).count == 3, "\(doctor.output)")

            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            let (output, code) = try await ServiceProcess.run(["serve"], ["JWT_SECRET": testSecret], in: folder)
            #expect(code == 64 && output.contains(".env: is a folder, not a file"), "\(output)")
        }
    }

    @Test("doctor makes nothing in an empty folder")
    func doctor() async throws {
        try await withFolder { folder in
            let own = ["JWT_SECRET": testSecret, "LIVE_MAX_SUBSCRIBERS": "10", "PORT": "\(try await FreePort.find())"]
            let (output, code) = try await ServiceProcess.run(["doctor"], own, in: folder)
            #expect(code == 0, "\(output)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        }
    }

    @Test("serve tells that its port is taken, with host and port, and no more; the exit code is 1")
    func portInUse() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url])
        let environment = ["REDIS_URL": redis.url, "JWT_SECRET": testSecret, "PORT": "\(service.port)"]
        let (output, code) = try await ServiceProcess.run(["serve"], environment)
        #expect(code == 1)
        let words = "cannot listen on 127.0.0.1:\(service.port): another program uses the port"
        #expect(output.contains("Error: \(words)"), "\(output)")
        #expect(!output.contains("bind("), "\(output)")
    }

    @Test("serve that cannot start leaves nothing behind: no data, no folder")
    func failedStart() async throws {
        try await withFolder { folder in
            let taken = try await ScriptedServer { _, _ in [.stall] }
            // By which the tests start a process, and no redis-server.
            let programs = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
            try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: programs) }
            try FileManager.default.createSymbolicLink(
                atPath: programs.appending(path: "setpriv").path,
                withDestinationPath: "/usr/bin/setpriv"
            )
            let (free, good) = (try await FreePort.find(), ["JWT_SECRET": testSecret])
            let starts: [([String: String], Int32, String)] = [
                (["PORT": "\(taken.port)"], 1, "another program uses the port"),
                (["PORT": "\(free)", "HOST": "192.0.2.1"], 1, "is no address of this machine"),
                (["PORT": "\(free)", "HOST": "nowhere.invalid"], 1, "no address of that name"),
                (["PORT": "\(free)", "TLS_CERTIFICATE_FILE": "x", "TLS_PRIVATE_KEY_FILE": "y"], 64, "cannot be read"),
                (["PORT": "\(free)", "JWT_SECRET": ""], 64, "JWT_SECRET"), (["PORT": "x"], 64, "PORT"),
                (["PORT": "\(free)", "JWT_JWKS": "missing.json"], 64, "JWT_JWKS"),
                (["PORT": "\(free)", "PATH": programs.path], 1, "redis-server was not found"),
                (
                    [
                        "PORT": "\(free)", "DATA_DIR": String(repeating: "d/", count: 60),
                        "TMPDIR": "/" + String(repeating: "t", count: 120),
                    ], 1, "no socket can have the path"
                ),
            ]
            for (own, expected, words) in starts {
                let (output, code) = try await ServiceProcess.run(["serve"], good.merging(own) { $1 }, in: folder)
                #expect(code == expected && output.contains(words), "\(own): \(code) \(output)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [], "\(own)")
            }
            try await taken.stop()
        }
    }

    @Test("serve warns of a name that is nearly a setting, and says which may be meant")
    func unknownName() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url, "RATE_LIMIT_UPDATE": "1"])
        try await until { try service.log.contains(#""name":"RATE_LIMIT_UPDATE","nearest":"RATE_LIMIT_UPDATES""#) }
    }

    @Test("ping finds the service by the configuration it runs with: another port, every address, TLS, a PROXY header")
    func ping() async throws {
        let redis = try await PrivateRedisServer()
        let certificate = try await TestCertificate()
        let tls = ["TLS_CERTIFICATE_FILE": certificate.certificate, "TLS_PRIVATE_KEY_FILE": certificate.key]
        let configurations: [[String: String]] = [
            [:], ["HOST": "*"], ["HOST": "0.0.0.0"], ["HOST": "localhost"], tls, ["PROXY_PROTOCOL": "true"],
            tls.merging(["PROXY_PROTOCOL": "true", "HOST": "*"]) { $1 },
        ]
        for configuration in configurations {
            let service = try await ServiceProcess.serve(configuration.merging(["REDIS_URL": redis.url]) { $1 })
            let environment = configuration.merging(["PORT": "\(service.port)"]) { $1 }
            let (output, code) = try await ServiceProcess.run(["ping"], environment)
            #expect(code == 0, "\(configuration): \(output)")
            if configuration.isEmpty {
                let url = ["LEADERBOARD_URL": "http://127.0.0.1:\(service.port)"]
                #expect(try await ServiceProcess.run(["ping"], url.merging(["PORT": "1"]) { $1 }).code == 0)
            }
        }
        // Another's certificate is not the service's.
        let service = try await ServiceProcess.serve(tls.merging(["REDIS_URL": redis.url]) { $1 })
        let other = try await TestCertificate()
        let wrong = [
            "TLS_CERTIFICATE_FILE": other.certificate, "TLS_PRIVATE_KEY_FILE": other.key, "PORT": "\(service.port)",
        ]
        let refused = try await ServiceProcess.run(["ping"], wrong)
        #expect(refused.code == 1 && refused.output.contains("no certificate that is trusted"), "\(refused.output)")
        let unknown = try await ServiceProcess.run(["ping", "--url", "https://localhost:\(service.port)"])
        #expect(unknown.code == 1 && unknown.output.contains("no certificate that is trusted"), "\(unknown.output)")
        let nobody = try await ServiceProcess.run(["ping"], ["PORT": "1"])
        let tried = "no answer from http://127.0.0.1:1 (HOST and PORT): nothing listens there"
        #expect(nobody.code == 1 && nobody.output.hasPrefix(tried), "\(nobody.output)")
        #expect(try await ServiceProcess.run(["ping"], ["PORT": "0"]).code == 64)
        #expect(try await ServiceProcess.run(["ping"], ["LEADERBOARD_URL": "localhost"]).code == 64)
    }

    @Test("an operator's command takes its token with a line end, from a file too, by TLS; and never shows one")
    func operatorToken() async throws {
        let redis = try await PrivateRedisServer()
        let certificate = try await TestCertificate()
        let tls = ["TLS_CERTIFICATE_FILE": certificate.certificate, "TLS_PRIVATE_KEY_FILE": certificate.key]
        let service = try await ServiceProcess.serve(tls.merging(["REDIS_URL": redis.url]) { $1 })
        let port = tls.merging(["PORT": "\(service.port)"]) { $1 }
        let token = try TokenSigner(testSettings()).token(user: "ops", lifetime: .seconds(600), scope: Operators.scope)
        let file = try TemporaryFile(token + "\n")
        for own in [
            ["LEADERBOARD_ADMIN_TOKEN": token], ["LEADERBOARD_ADMIN_TOKEN": token + "\r\n"],
            ["LEADERBOARD_ADMIN_TOKEN_FILE": file.path],
        ] {
            let (output, code) = try await ServiceProcess.run(["admin", "audit"], port.merging(own) { $1 })
            #expect(code == 0, "\(output)")
        }
        for value in ["\(token)\n\(token)", "\(token) x", "é\(token)", "", String(token.dropLast(9)) + "AAAAAAAAA"] {
            let own = port.merging(["LEADERBOARD_ADMIN_TOKEN": value]) { $1 }
            let (output, code) = try await ServiceProcess.run(["admin", "audit"], own)
            #expect(code == (value.hasSuffix("AAAAAAAAA") ? 1 : 64), "\(output)")
            #expect(!output.contains(token.suffix(30)) && !output.contains("eyJ"), "\(output)")
        }
        service.signal(SIGKILL)
        try await until { !service.isRunning }
        let (output, code) = try await ServiceProcess.run(
            ["admin", "audit"],
            port.merging(["LEADERBOARD_ADMIN_TOKEN": token]) { $1 }
        )
        #expect(code == 1 && output.contains("nothing listens there") && !output.contains("eyJ"), "\(output)")
        // Its files are there until here.
        withExtendedLifetime(certificate) {}
    }
}
