import Foundation
import LeaderboardClient
import LeaderboardPage
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The guides", .timeLimit(.minutes(5)))
struct GuidesTests {
    private static let folder = ShippedFiles.root.appending(path: "Sources/LeaderboardPage/Guides")

    @Test("are all embedded, listed and served, and lead nowhere that is not there")
    func pages() async throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(EmbeddedFile.guides.map(\.name)))
        try await withService { service, _ in
            let connection = try await service.connect()
            let list = try await connection.request("GET", "/docs/guides").body
            for file in files {
                let path = "/docs/\(file.dropLast(3))"
                #expect(list.contains("href=\"\(path)\"") || path == "/docs/guides", "\(path)")
                let page = try await connection.request("GET", path)
                #expect(page.status == 200 && page.body.contains("<h1>"), "\(path)")
                #expect(page.body.firstMatch(of: /<script(?![^>]*\ssrc=)|<style|\s(?:style|on\w+)=/) == nil, "\(path)")
                // Nothing of the marks is left over.
                let told = page.body.replacing(/<pre.*?<\/pre>/.dotMatchesNewlines(), with: "")
                #expect(told.firstMatch(of: /```|\*\*|\]\(|`|\n#|\{title|\{body/) == nil, "\(path)")
                for link in page.body.matches(of: /href="(\/[^"]*)"/) {
                    #expect(try await connection.request("GET", String(link.1)).status == 200, "\(path): \(link.1)")
                }
            }
            #expect(try await connection.request("GET", "/docs").body.contains(#"href="/docs/guides""#))
        }
    }

    @Test(
        "work as they stand there: each command, on a service of this machine",
        arguments: EmbeddedFile.guides.map(Guide.init)
    )
    func walk(guide: Guide) async throws {
        guard guide.blocks.contains(where: { $0.language == "sh" }) else { return }
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withService { service, _ in
            func here(_ text: String) -> String { text.replacing("127.0.0.1:8080", with: "127.0.0.1:\(service.port)") }
            try "JWT_SECRET=\"\(testSecret)\"\n".write(
                to: folder.appending(path: ".env"),
                atomically: true,
                encoding: .utf8
            )
            var script = """
                set -euo pipefail
                leaderboard() { '\(ServiceProcess.program)' "$@"; }
                curl() { command curl "$@" && echo; }

                """
            var printed: [String] = []
            for block in guide.blocks {
                if let file = block.file {
                    try here(block.text).write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
                } else if block.language == "sh" {
                    script += here(block.text)
                    printed += block.printed
                }
            }
            let environment = ["LEADERBOARD_URL": "http://127.0.0.1:\(service.port)"]
            let (output, code) = try await Launcher.shared.run(
                "bash",
                ["-c", script],
                environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
                directory: folder
            )
            #expect(code == 0, "\(output)")
            let lines = output.split(separator: "\n").map(String.init).filter { $0.contains(/^([\[{]|true$)/) }
            #expect(lines == printed, "\(output)")
        }
    }

    @Test("show in Swift what is compiled here, and its tokens are taken")
    func swift() async throws {
        let guide = Guide(try #require(EmbeddedFile.guides.first { $0.name == "tokens.md" }))
        let block = try #require(guide.blocks.first { $0.language == "swift" })
        let path = "Tests/LeaderboardServiceTests/Guides/SignedToken.swift"
        let source = try String(contentsOf: ShippedFiles.root.appending(path: path), encoding: .utf8)
        #expect(source.split(separator: "\n", maxSplits: 1).last.map(String.init) == block.text)
        try await withService { service, _ in
            let headers = [
                "Authorization": "Bearer \(try signedToken(user: "ada", secret: testSecret))",
                "Content-Type": "application/json",
            ]
            let body = #"{"user_id":"ada","score_increase":5}"#
            let connection = try await service.connect()
            #expect(try await connection.request("POST", "/api/v1/score/update", headers, body: body).status == 200)
        }
    }

    @Test("show the Swift client as it is compiled here, and it reports and watches")
    func swiftClient() async throws {
        let guide = Guide(try #require(EmbeddedFile.guides.first { $0.name == "swift.md" }))
        let block = try #require(guide.blocks.first { $0.language == "swift" })
        let path = "Tests/LeaderboardServiceTests/Guides/SwiftReport.swift"
        let source = try String(contentsOf: ShippedFiles.root.appending(path: path), encoding: .utf8)
        #expect(source.split(separator: "\n", maxSplits: 1).last.map(String.init) == block.text)
        try await withService { service, _ in
            let client = try LeaderboardClient.Leaderboard(
                "http://127.0.0.1:\(service.port)",
                token: service.token("ada")
            )
            #expect(try await report(5, of: "ada", to: client) == 5)
            #expect(try await leader(of: client.board()) == "ada")
        }
    }
}
