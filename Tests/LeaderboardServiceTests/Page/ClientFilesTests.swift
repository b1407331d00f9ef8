import Foundation
import LeaderboardPage
import TestSupport
import Testing
import Text

@testable import LeaderboardService

@Suite("The files for other pages")
struct ClientFilesTests {
    private static let package = ShippedFiles.root.appending(path: "Sources/LeaderboardPage/Client")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.package.appending(path: path), encoding: .utf8)
    }

    @Test("are those of the package, each at its path, for pages of any origin, with a tag")
    func files() async throws {
        let there = try FileManager.default.subpathsOfDirectory(atPath: Self.package.path)
            .filter { $0.contains(".") && $0 != "package.json" }
        #expect(Set(there) == Set(EmbeddedFile.clientFiles.map(\.name)))
        try await withService { service, _ in
            let connection = try await service.connect()
            for name in there {
                let file = try await connection.request("GET", "/\(name)", ["Origin": "https://any.example"])
                #expect(file.status == 200, "\(name)")
                #expect(file.body == (try text(name)), "\(name)")
                #expect(file.headers["access-control-allow-origin"] == "*", "\(name)")
                #expect(file.headers["cross-origin-resource-policy"] == "cross-origin", "\(name)")
                #expect(file.headers["cache-control"] == "no-cache", "\(name)")
                let isScript = name.hasSuffix(".js")
                #expect(
                    file.headers["content-type"]
                        == (isScript ? "text/javascript; charset=utf-8" : "text/plain; charset=utf-8")
                )
                let tag = try #require(file.headers["etag"])
                #expect(try await connection.request("GET", "/\(name)", ["If-None-Match": tag]).status == 304)
            }
            for path in [
                "/client/", "/client/client.js", "/client/..%2Fclient.js", "/client/package.json", "/package.json",
            ] {
                #expect(try await connection.request("GET", path).status == 404, "\(path)")
            }
        }
    }

    @Test("import nothing but each other, by paths that are there and here the same")
    func imports() throws {
        for file in EmbeddedFile.clientFiles where file.name.hasSuffix(".js") {
            let folder = file.name.cut(atLast: "/").before.map { "\($0)/" } ?? ""
            for found in try text(file.name).matches(of: /from "([^"]+)"/) {
                let path = String(found.1)
                #expect(path.hasPrefix("./"), "\(file.name): \(path)")
                let target = folder + path.dropFirst(2)
                #expect(EmbeddedFile.clientFiles.contains { $0.name == target }, "\(file.name): \(path)")
            }
        }
    }

    @Test(
        "are small: the client 14 KB in all on the way and at most 12 KB each, the element 10 KB with nothing left out"
    )
    func sizes() throws {
        let client = EmbeddedFile.clientFiles.filter { $0.name.hasSuffix(".js") && $0.name != "embed.js" }
        let packed = try client.map { try #require(Gzip.compress($0.bytes)).count }
        #expect(packed.reduce(0, +) <= 14_000)
        for file in client { #expect(file.bytes.count <= 12_000, "\(file.name)") }
        let element = try #require(EmbeddedFile.clientFiles.first { $0.name == "embed.js" })
        #expect(element.bytes.count <= 10_000)
    }

    @Test("declare for TypeScript what the client exports, and every public member of its classes")
    func types() throws {
        let types = try text("client.d.ts")
        for name in ["client.js", "client/errors.js", "client/live.js"] {
            let source = try text(name)
            for found in source.matches(of: /export class (\w+)/) {
                #expect(types.contains("export class \(found.1)"), "\(found.1)")
            }
            let methods = source.matches(of: /\n  (?:async )?(?:get )?([a-z]\w*)\(.*\) \{\n/)
            for found in methods where !["constructor", "headers", "url", "fetch", "path"].contains(found.1) {
                #expect(types.firstMatch(of: try Regex("\\b\(found.1)[(:]")) != nil, "\(name): \(found.1)")
            }
        }
    }

    @Test(
        "nothing may frame a board, or the overlay, but the pages of EMBED_ALLOWED_ANCESTORS",
        arguments: [
            ("", "'none'", true), ("https://a.example", "https://a.example", false),
            ("https://b.example:8443, https://*.a.example", "https://*.a.example https://b.example:8443", false),
            ("https://b.example  https://A.example:443", "https://a.example https://b.example", false),
            ("*", "*", false),
        ]
    )
    func ancestors(setting: String, sources: String, isDenied: Bool) async throws {
        try await withService(setting.isEmpty ? [:] : ["EMBED_ALLOWED_ANCESTORS": setting]) { service, _ in
            let connection = try await service.connect()
            for path in ["/", "/boards/main", "/boards/nobody", "/overlay"] {
                let page = try await connection.request("GET", path)
                #expect(
                    page.headers["content-security-policy"]?.hasSuffix("frame-ancestors \(sources)") == true,
                    "\(path)"
                )
                #expect(page.headers["x-frame-options"] == (isDenied ? "DENY" : nil), "\(path)")
            }
            // What is no board is in no frame.
            for path in ["/boards", "/docs", "/docs/faq", "/assets/x/app.js"] {
                let page = try await connection.request("GET", path)
                #expect(page.headers["content-security-policy"]?.hasSuffix("frame-ancestors 'none'") == true, "\(path)")
                #expect(page.headers["x-frame-options"] == "DENY", "\(path)")
            }
        }
    }

    @Test(
        "what is no origin is refused for EMBED_ALLOWED_ANCESTORS",
        arguments: ["https://a.example/", "a.example", "'self'", "https://a;script-src *"]
    )
    func noOrigin(setting: String) {
        let error = #expect(throws: InvalidSettings.self) {
            try ServiceConfiguration(testSettings(["EMBED_ALLOWED_ANCESTORS": setting]))
        }
        #expect(error?.all.allSatisfy { $0.name == "EMBED_ALLOWED_ANCESTORS" } == true)
    }
}
