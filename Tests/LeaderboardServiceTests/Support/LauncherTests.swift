import Foundation
import TestSupport
import Testing

@Suite("The launcher of child processes")
struct LauncherTests {
    @Test("a child whose output nobody wants writes nothing among ours")
    func nowhere() async throws {
        let child = try await Launcher.shared.launch("sleep", ["60"])
        defer { kill(child.processIdentifier, SIGKILL) }
        // `sleep` itself, not what starts it.
        let name = "/proc/\(child.processIdentifier)/comm"
        try await until { try String(contentsOfFile: name, encoding: .utf8) == "sleep\n" }
        for descriptor in 0...2 {
            let path = "/proc/\(child.processIdentifier)/fd/\(descriptor)"
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "/dev/null", "\(descriptor)")
        }
    }
}
