import Foundation
import TestSupport
import Testing

struct NoBrowser: Error {
    let reason: String
}

/// Runs a headless Chromium around `body`. It ends with the test process at the latest, and takes its folder with it.
///
/// A Chromium that is not there (`ops/install test` brings it) fails the test.
func withBrowser(_ body: (BrowserPage) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lb-browser-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // It complains at each start of a desktop that is not there: of interest only where it does not start, or has ended.
    let log = folder.appending(path: "output.log")
    try Data().write(to: log)
    let output = try FileHandle(forWritingTo: log)
    defer { try? output.close() }
    func complaint(_ what: String) -> NoBrowser {
        NoBrowser(reason: "\(what)\n\((try? String(contentsOf: log, encoding: .utf8))?.suffix(4000) ?? "")")
    }
    // Root may not use Chromium's sandbox.
    let sandbox = getuid() == 0 ? ["--no-sandbox"] : []
    let chromium = try await Launcher.shared.launch(
        "chromium",
        [
            "--headless", "--user-data-dir=\(folder.path)", "--remote-debugging-port=0", "--window-size=1280,900",
            "--lang=en-US", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update",
        ] + sandbox + ["about:blank"],
        output: output
    )
    defer { kill(chromium.processIdentifier, SIGKILL) }
    guard let devTools = try await devTools(of: chromium, in: folder) else {
        throw complaint("chromium did not start: is it installed? (ops/install test)")
    }
    let connection = try await TestConnection(port: devTools.port)
    // Against DNS rebinding, it answers only to an address for a host.
    try await connection.send(
        "GET \(devTools.path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    guard try await connection.response().status == 101 else { throw complaint("chromium refuses DevTools") }
    do { try await body(BrowserPage(devTools: connection)) } catch {
        if !chromium.isRunning { Issue.record(complaint("chromium has ended")) }
        throw error
    }
    connection.close()
}

/// Chromium writes the port that it took, and the path of its socket, into its folder. Nil: it did not start.
private func devTools(of chromium: TestProcess, in folder: URL) async throws -> (port: Int, path: String)? {
    let file = folder.appending(path: "DevToolsActivePort")
    var found: (Int, String)?
    try await until("chromium did not start", within: .seconds(120)) {
        let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
        if lines.count == 2, let port = Int(lines[0]) { found = (port, String(lines[1])) }
        return found != nil || !chromium.isRunning
    }
    return found
}
