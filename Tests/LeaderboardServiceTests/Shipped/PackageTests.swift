import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What `ops/package` makes: of the binary that was built together with the tests, which needs Swift's own libraries.
@Suite("The Debian package", .timeLimit(.minutes(5)))
struct PackageTests {
    /// A program in a folder; what it wrote.
    private static func run(_ program: String, _ arguments: String..., environment: [String: String] = [:]) async throws
        -> String
    {
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, code) = try await Launcher.shared.run(
            program,
            arguments,
            environment: all,
            directory: ShippedFiles.root
        )
        guard code == 0 else { throw TestProcessFailure(what: "\(program) \(arguments)", output: output) }
        return output
    }

    @Test("has what a package must have, and its unit's command serves from where it was unpacked")
    func package() async throws {
        let redis = try await PrivateRedisServer()
        let folder = redis.folder.appending(path: "package")
        let environment = ["COMPRESSION": "none", "FOREIGN_LIBRARIES": "yes", "VERSION": "1.2.3"]
        let built = try await Self.run(
            "ops/package",
            "--binary",
            ServiceProcess.program,
            folder.path,
            environment: environment
        )
        let package = try #require(built.split(separator: "\n").last.map(String.init))
        #expect(package.contains(/\/leaderboard_1\.2\.3_\w+\.deb$/))

        let control = try await Self.run("dpkg-deb", "--field", package)
        #expect(control.contains(/(?m)^Depends: .*\blibhiredis\S+, .*\blibc6 \(>= 2\.\d+\)/), "\(control)")
        #expect(control.contains(/(?m)^Depends: .*\bliburing2\b/), "\(control)")
        #expect(!control.contains("swift") && control.contains(/(?m)^Recommends: redis-server/), "\(control)")
        // Everything is root's, and only root reads what may have secrets.
        let contents = try await Self.run("dpkg-deb", "--contents", package).split(separator: "\n")
        for line in contents {
            #expect(line.contains(/^[-d]rw[x\-](?:r-[x\-]r-[x\-]|------) root\/root\s/), "\(line)")
            #expect(line.contains(/\s\.\/(?:etc|usr|$)/), "\(line)")
        }
        #expect(contents.contains { $0.contains(/^-rw------- .* \.\/etc\/leaderboard\/environment$/) })
        #expect(contents.contains { $0.contains(/^-rwxr-xr-x .* \.\/usr\/bin\/leaderboard$/) })
        let root = folder.appending(path: "root")
        _ = try await Self.run("dpkg-deb", "--raw-extract", package, root.path)
        let scripts = root.appending(path: "DEBIAN")
        for script in ["postinst", "prerm", "postrm"] {
            _ = try await Self.run("sh", "-n", scripts.appending(path: script).path)
        }
        #expect(try Self.text(scripts, "conffiles") == "/etc/leaderboard/environment\n")
        _ = try await Self.run("sh", "-c", "cd '\(root.path)' && md5sum --quiet -c DEBIAN/md5sums")

        try await install(root)
        try await serve(root, on: redis)
    }

    private static func text(_ folder: URL, _ path: String) throws -> String {
        try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }

    /// What `postinst` does, but for the user and the start, in the folder.
    private func install(_ root: URL) async throws {
        let script = try Self.text(root, "DEBIAN/postinst").replacing("command -v systemd-sysusers", with: "true")
            .replacing("systemd-sysusers leaderboard.conf", with: "true").replacing(
                "/etc/leaderboard",
                with: "\(root.path)/etc/leaderboard"
            )
            .replacing("/run/systemd/system", with: "\(root.path)/run/systemd/system")
        _ = try await Self.run("sh", "-c", script, "postinst", "configure")
        let secret = try Self.text(root, "etc/leaderboard/secret")
        #expect(secret.contains(/(?m)^JWT_SECRET=[0-9a-f]{64}$/))
        let attributes = try FileManager.default.attributesOfItem(
            atPath: root.appending(path: "etc/leaderboard/secret").path
        )
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        _ = try await Self.run("sh", "-c", script, "postinst", "configure", "1.0.0")
        #expect(try Self.text(root, "etc/leaderboard/secret") == secret)
    }

    private func serve(_ root: URL, on redis: PrivateRedisServer) async throws {
        let unit = try Self.text(root, "usr/lib/systemd/system/leaderboard.service")
        let command = try #require(unit.firstMatch(of: /(?m)^ExecStart=(.*)$/)).1.split(separator: " ").map { word in
            String(word).replacing("/usr/bin/leaderboard", with: "\(root.path)/usr/bin/leaderboard")
                .replacing("/var/lib/leaderboard", with: "\(root.path)/data")
        }
        #expect(command.contains("\(root.path)/usr/bin/leaderboard"))
        // As systemd reads them, a later one wins.
        var environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
        for file in unit.matches(of: /(?m)^EnvironmentFile=-?\/(.*)$/) {
            for line in try Self.text(root, String(file.1)).matches(of: /(?m)^([A-Z][A-Z0-9_]*)=(.*)$/) {
                environment[String(line.1)] = String(line.2)
            }
        }
        #expect(environment["JWT_SECRET"]?.count == 64 && environment.count == 2, "\(environment.keys)")
        let port = try await FreePort.find()
        environment["PORT"] = "\(port)"
        environment["REDIS_URL"] = redis.url
        let service = try await Launcher.shared.launch(
            command[0],
            Array(command.dropFirst()),
            environment: environment,
            directory: root
        )
        defer { kill(service.processIdentifier, SIGKILL) }
        try await until {
            guard service.isRunning, let connection = try? await TestConnection(port: port) else { return false }
            return try await connection.request("GET", "/readyz").status == 200
        }
        let signed = try await Launcher.shared.run(
            "\(root.path)/usr/bin/leaderboard",
            ["token", "--user", "ada"],
            environment: environment,
            directory: root
        )
        let token = signed.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let answer = try await TestConnection(port: port).request(
            "POST",
            "/api/v1/score/update",
            ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: #"{"user_id":"ada","score_increase":5}"#
        )
        #expect(answer.status == 200, "\(answer.body)")
    }
}
