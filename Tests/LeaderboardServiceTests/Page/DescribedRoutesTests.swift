import Text
import Foundation
import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The description of the API")
struct DescribedRoutesTests {
    @Test("has every route of the sources, and no other")
    func routes() throws {
        var routes: Set<String> = []
        for text in try sources("Sources/LeaderboardService") {
            for route in text.matches(
                of: /\.(?:(?:on|stream)\(\s*\.([A-Z]+),\s*|(?:webSocket|eventStream|page)\(\s*)"(\/[^"]*)"/
            ) {
                routes.insert("\(route.1 ?? "GET") \(route.2)")
            }
        }
        #expect(routes.count > 15)
        #expect(routes == Set(Descriptions.operations.map { "\($0.method) \($0.path)" }))
    }

    @Test("has for every path the methods that the routing table of a running service has for it")
    func methods() async throws {
        try await withService { service, _ in
            for (path, item) in (Descriptions.openAPI["paths"] ?? .null).members {
                let real = path.replacing(/\{\w+\}/, with: "x")
                let refused = try await service.connect().request("PATCH", real)
                #expect((refused.status, refused.code) == (405, "method_not_allowed"), "\(path)")
                var methods = Set(item.members.map { $0.name.uppercased() }).union(["OPTIONS"])
                if methods.contains("GET") { methods.insert("HEAD") }
                #expect(refused.headers["allow"] == methods.sorted().joined(separator: ", "), "\(path)")
                #expect(Descriptions.complaints(refused, to: item.members[0].name.uppercased(), path) == [])
            }
        }
    }

    @Test("has every error code of the sources, and no other")
    func codes() throws {
        var codes: Set<String> = []
        for folder in ["Sources/LeaderboardService", "Sources/HTTPServer"] {
            for text in try sources(folder) {
                codes.formUnion(text.matches(of: /(?:\bcode: |Objection\(\s*)"([a-z_]+)"/).map { String($0.1) })
            }
        }
        #expect(codes.count > 25)
        let examples = (Descriptions.openAPI["components"]?["examples"] ?? .null).members
        // What is answered on a live connection alone, its own description has.
        let live = ["tokenAnswer", "subscriptionError"].flatMap { message in
            (Descriptions.asyncAPI["components"]?["messages"]?[message]?["examples"]?.array ?? [])
                .compactMap { ($0["payload"]?["code"] ?? $0["payload"]?["error"]?["code"])?.string }
        }
        #expect(codes == Set(examples.map(\.name) + live))
        let text = try sources("Sources/LeaderboardPage", type: "json").joined()
        for (name, example) in examples {
            #expect(example["value"]?["code"]?.string == name)
            #expect(text.contains(##"{ "$ref": "#/components/examples/\##(name)" }"##), "no answer has \(name)")
        }
    }

    @Test("says of the Redis function what its source says", arguments: ["update", "standings"])
    func function(name: String) throws {
        let heading = "-- leaderboard_\(name):"
        let sources = try sources("Sources/Leaderboard/Functions", type: "lua")
        let source = try #require(sources.first { $0.contains(heading) })
        let comment = try #require(source.split(separator: heading).last)
        let call = name.prefix(1).uppercased() + name.dropFirst() + "Call"
        for list in ["KEYS", "ARGV"] {
            let places = Descriptions.asyncAPI["components"]?["schemas"]?[call]?["properties"]?[list]?["items"]?.array
            let titles = try #require(places).compactMap { $0["title"]?.string }
            // `-- KEYS  1 scores …`, and so on, one or more a line, as long as the numbers go on.
            let lines = comment.split(separator: "\n").drop { !$0.hasPrefix("-- \(list) ") }
            let section = lines.prefix { $0.hasPrefix("-- \(list) ") || $0.contains(/^-- +\d+ \w/) }
            let names = section.flatMap { $0.matches(of: /\b\d+ (\w+)(?=  | *$)/).map { String($0.1) } }
            #expect(titles == names, "\(list)")
        }
    }

    @Test("has only examples that keep to their schemas")
    func examples() {
        let schema = JSONSchema(root: Descriptions.openAPI)
        var count = 0
        func look(_ value: JSONValue, _ path: String) {
            if let rules = value["schema"], path.contains("content") || path.contains("parameters") {
                let examples = (value["examples"] ?? .null).members.compactMap { schema.resolve($0.value)["value"] }
                for example in examples + [value["example"]].compactMap({ $0 }) {
                    count += 1
                    #expect(schema.complaints(example, rules) == [], "\(path)")
                }
            }
            for (name, member) in value.members { look(member, "\(path)/\(name)") }
            for (index, element) in (value.array ?? []).enumerated() { look(element, "\(path)/\(index)") }
        }
        look(Descriptions.openAPI, "")
        let live = JSONSchema(root: Descriptions.asyncAPI)
        for (name, message) in (Descriptions.asyncAPI["components"]?["messages"] ?? .null).members {
            for example in message["examples"]?.array ?? [] {
                count += 1
                let complaints = live.complaints(example["payload"] ?? .null, message["payload"] ?? .null)
                #expect(complaints == [], "\(name)")
            }
        }
        #expect(count > 60)
    }

    private func sources(_ folder: String, type: String = "swift") throws -> [String] {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let root = package.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".\(type)") }
            .map { try String(contentsOf: root.appending(path: $0), encoding: .utf8) }
    }
}
