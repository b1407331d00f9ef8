import Foundation
import TestSupport
import Testing

/// A real load balancer with the configuration of `ops/`, of which only addresses are changed: to the instances of the test,
/// and to a free port.
final class LoadBalancer: Sendable {
    enum Kind: String, Sendable, CaseIterable, CustomTestStringConvertible {
        case haproxy, nginx
        var testDescription: String { rawValue }
        /// Under `ops/`.
        var file: String { self == .haproxy ? "haproxy/haproxy.cfg" : "nginx/leaderboard.conf" }
    }

    let port: Int
    private let process: TestProcess
    private let folder: URL

    /// - Parameters:
    ///   - instances: the three ports to which it leads.
    ///   - change: what else is changed of the file.
    static func start(
        _ kind: Kind,
        instances: [Int],
        change: (String) -> String = { $0 }
    ) async throws -> LoadBalancer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let ports = [try await FreePort.find(), try await FreePort.find()]
        var text = change(try ShippedFiles.text(kind.file))
        for (number, instance) in instances.enumerated() {
            text = text.replacing("leaderboard-\(number + 1):8080", with: "127.0.0.1:\(instance)")
        }
        text = text.replacing(/^(\s+)(bind|listen) (?:127\.0\.0\.1)?:?8080/.anchorsMatchLineEndings()) {
            "\($0.1)\($0.2) 127.0.0.1:\(ports[0])"
        }
        text = text.replacing(/^(\s+)bind :8404/.anchorsMatchLineEndings()) { "\($0.1)bind 127.0.0.1:\(ports[1])" }
        for (shipped, port) in [("[::]:8080", ports[0]), ("[::]:8404", ports[1])] {
            text = text.replacing(shipped, with: "[::1]:\(port)")
        }
        try Data(text.utf8).write(to: folder.appending(path: "leaderboard.conf"))
        try FileManager.default.copyItem(
            at: ShippedFiles.root.appending(path: "ops/haproxy/errors"),
            to: folder.appending(path: "errors")
        )
        try Data(nginxMain.utf8).write(to: folder.appending(path: "nginx.conf"))
        let log = folder.appending(path: "log")
        try Data().write(to: log)

        let arguments =
            switch kind {
            case .haproxy: ["-db", "-f", folder.appending(path: "leaderboard.conf").path]
            case .nginx: ["-p", folder.path, "-c", "nginx.conf"]
            }
        let process = try await Launcher.shared.launch(
            kind.rawValue,
            arguments,
            environment: ["PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/bin"],
            directory: folder,
            output: try FileHandle(forWritingTo: log)
        )
        let balancer = LoadBalancer(port: ports[0], process: process, folder: folder)
        try await until {
            guard process.isRunning else {
                throw TestProcessFailure(what: "no \(kind)", output: try String(contentsOf: log, encoding: .utf8))
            }
            let connection = try? await TestConnection(port: balancer.port)
            return try await connection?.request("GET", "/readyz").status == 200
        }
        return balancer
    }

    private init(port: Int, process: TestProcess, folder: URL) {
        self.port = port
        self.process = process
        self.folder = folder
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// What stands around the file in an nginx of its own: one process, nothing outside its folder.
    private static let nginxMain = """
        daemon off;
        master_process off;
        pid pid;
        error_log stderr;
        events {}
        http {
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            include leaderboard.conf;
        }
        """
}
