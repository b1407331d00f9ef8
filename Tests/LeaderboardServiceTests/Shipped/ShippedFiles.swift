import Foundation
import TestSupport

/// Files of `ops/` as a test puts them on this machine: only paths and ports are changed.
enum ShippedFiles {
    /// Of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: "ops").appending(path: path), encoding: .utf8)
    }

    /// Writes the file of `ops/redis` into the folder, which takes the place of `/etc/redis` and `/var/lib/redis` in it.
    static func install(
        _ name: String,
        in folder: URL,
        port: Int,
        further lines: [String] = [],
        change: (String) -> String = { $0 }
    ) throws {
        var text = change(try text("redis/\(name)"))
            .replacing("/etc/redis/", with: "\(folder.path)/")
            .replacing("/var/lib/redis", with: folder.path)
            .replacing(/^port \d+$/.anchorsMatchLineEndings(), with: "port \(port)")
            .replacing(/^bind .*$/.anchorsMatchLineEndings(), with: "bind 127.0.0.1")
        for line in lines { text += "\(line)\n" }
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// A service of `compose.yaml`, read by the library that `ops/check` reads it with.
    static func composeService(_ name: String) async throws -> ComposeService {
        let program = """
            import json, sys, yaml
            service = yaml.safe_load(open(sys.argv[1]))["services"][sys.argv[2]]
            print(json.dumps({name: service.get(name) for name in ("entrypoint", "command", "environment", "healthcheck")}))
            """
        let file = root.appending(path: "ops/compose.yaml").path
        let output = try await Launcher.shared.output("python3", ["-c", program, file, name])
        return try JSONDecoder().decode(ComposeService.self, from: Data(output.utf8))
    }
}

/// What of a compose service says how its program is started.
struct ComposeService: Decodable {
    struct HealthCheck: Decodable {
        let test: [String]
    }

    let entrypoint: [String]
    let command: [String]
    let environment: [String: String]
    let healthcheck: HealthCheck?

    /// The command line in the container; compose reads `$$` as `$`.
    var line: [String] { (entrypoint + command).map { $0.replacing("$$", with: "$") } }
}
