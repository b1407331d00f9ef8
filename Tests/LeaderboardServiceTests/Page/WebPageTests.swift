import Foundation
import LeaderboardPage
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The web page")
struct WebPageTests {
    @Test("is served with its type, its security headers, and an entity tag")
    func index() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let page = try await connection.request("GET", "/")
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(page.headers["cache-control"] == "no-cache")
            #expect(page.headers["vary"] == "Accept-Encoding")
            #expect(page.headers["x-content-type-options"] == "nosniff")
            #expect(page.headers["x-frame-options"] == "DENY")
            #expect(page.headers["referrer-policy"] == "no-referrer")
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            // The policy forbids what would stand in the page itself.
            #expect(page.body.firstMatch(of: /<script(?![^>]*\ssrc=)|<style|\s(?:style|on\w+)=/) == nil)

            let tag = try #require(page.headers["etag"])
            let same = try await connection.request("GET", "/", ["If-None-Match": tag])
            #expect((same.status, same.body, same.headers["etag"]) == (304, "", tag))
            #expect(same.headers["vary"] == "Accept-Encoding")
            let head = try await connection.request("HEAD", "/")
            #expect((head.status, head.body) == (200, ""))
            #expect(head.headers["content-length"] == page.headers["content-length"])
        }
    }

    @Test(
        "names its assets by a hash of them all, and they may be kept for ever; each of them is there",
        arguments: ["/", "/boards", "/boards/main", "/docs", "/moderate"]
    )
    func assets(path: String) async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let page = try await connection.request("GET", path).body
            var asked = Set(page.matches(of: /(?:href|src)="(\/assets\/[^"]+)"/).map { String($0.1) })
            #expect(asked.count > 5)
            for path in asked {
                let asset = try await connection.request("GET", path)
                #expect(asset.status == 200, "\(path)")
                #expect(asset.headers["cache-control"] == "public, max-age=31536000, immutable", "\(path)")
                #expect(asset.headers["x-content-type-options"] == "nosniff")
                for module in asset.body.matches(of: /from "\.\/([^"]+)"/) {
                    let path = path.replacing(/[^\/]+$/, with: module.1)
                    #expect(asked.contains(path), "\(path) is not preloaded")
                    asked.insert(path)
                }
            }
        }
    }

    @Test(
        "knows no other paths",
        arguments: [
            "/assets/x/..%2F..%2Fetc%2Fpasswd", "/assets/../Package.swift", "/assets/x/", "/assets/app.js",
            "/assets/x/index.html", "//etc/passwd", "/assets/x/%00app.js",
        ]
    )
    func traversal(path: String) async throws {
        try await withService { service, _ in
            let response = try await service.connect().request("GET", path)
            #expect((response.status, response.code) == (404, "not_found"))
        }
    }

    @Test("an asset of another release is answered with this one's, and not kept")
    func otherRelease() async throws {
        try await withService { service, _ in
            let asset = try await service.connect().request("GET", "/assets/0123456789abcdef/app.js")
            #expect((asset.status, asset.headers["cache-control"]) == (200, "no-cache"))
            #expect(asset.headers["content-type"] == "text/javascript; charset=utf-8")
        }
    }

    @Test(
        "is compressed for who takes gzip",
        arguments: [
            ("gzip, deflate, br", true), ("*", true), ("br;q=1, GZIP;q=0.5", true), ("", false), ("gzip;q=0", false),
            ("*;q=0", false), ("identity, gzip; q=0.000", false), ("br", false), ("*, gzip;q=0", false),
        ]
    )
    func coding(accepted: String, isGzip: Bool) async throws {
        try await withService { service, _ in
            let path = "/assets/x/app.js"
            let plain = try await service.connect().request("GET", path)
            let connection = try await service.connect()
            let answer = try await connection.request("GET", path, ["Accept-Encoding": accepted])
            #expect(answer.headers["content-encoding"] == (isGzip ? "gzip" : nil))
            #expect(answer.headers["vary"] == "Accept-Encoding")
            #expect((answer.headers["etag"] == plain.headers["etag"]) == !isGzip)
            let length = try #require(answer.headers["content-length"].flatMap(Int.init))
            let whole = try #require(plain.headers["content-length"].flatMap(Int.init))
            #expect((length < whole) == isGzip)
        }
    }

    @Test("what is compressed is the same when it is unpacked")
    func gzip() async throws {
        let file = "/tmp/lb-page-\(UUID().uuidString).gz"
        defer { try? FileManager.default.removeItem(atPath: file) }
        for embedded in EmbeddedFile.assets {
            try Data(#require(Gzip.compress(embedded.bytes))).write(to: URL(filePath: file))
            let text = String(decoding: embedded.bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
            #expect(try await shell(["gzip", "-dc", file]) == text, "\(embedded.name)")
        }
    }

    @Test("every file of the page is embedded")
    func complete() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/LeaderboardPage")
        let files = try ["Files", "Desk"].flatMap {
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: $0).path)
        }
        let documents: [EmbeddedFile] = [
            .head, .index, .boards, .notice, .docs, .tryIt, .guide, .overlay, .moderate, .openAPI, .asyncAPI,
        ]
        let embedded = (documents + EmbeddedFile.assets).map(\.name)
        // The page is made of parts of the client.
        let ofClient = try FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "Client/client").path
        )
        #expect(Set(files) == Set(embedded).subtracting(ofClient) && Set(files).isDisjoint(with: ofClient))
        #expect(embedded.count == Set(embedded).count)
    }
}
