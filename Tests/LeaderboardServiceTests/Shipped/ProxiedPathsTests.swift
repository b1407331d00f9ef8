import Testing
import Text

/// What the proxies of `ops/` do with each path that there is.
@Suite("Paths behind the proxies")
struct ProxiedPathsTests {
    /// Every described path, with names in the place of its parameters.
    private static let paths: [(described: String, path: String)] = (Descriptions.openAPI["paths"] ?? .null).members.map
    {
        ($0.name, $0.name.replacing(/\{\w+\}/, with: "some-name.1"))
    }

    @Test(
        "the way for viewers is that of every path that stays open, and of no other",
        arguments: LoadBalancer.Kind.allCases
    )
    func live(kind: LoadBalancer.Kind) throws {
        let text = try ShippedFiles.text(kind.file)
        let found =
            switch kind {
            case .haproxy: text.firstMatch(of: /acl is_live path_reg (\S+)/)
            case .nginx:
                text.firstMatch(of: /location ~ (\S+) \{\n\s+proxy_pass http:\/\/leaderboard;\n\s+proxy_buffering off;/)
            }
        let way = try Regex(String(try #require(found).1))
        let channels = (Descriptions.asyncAPI["channels"] ?? .null).members.compactMap { $0.value["address"]?.string }
        let open = Set(channels.filter { $0.hasPrefix("/") })
        #expect(open.count > 3)
        for (described, path) in Self.paths {
            #expect((path.firstMatch(of: way) != nil) == open.contains(described), "\(described)")
        }
    }

    @Test("Kubernetes' ingress lets in every path but those for operators")
    func ingress() throws {
        let text = try ShippedFiles.text("kubernetes/ingress.yaml")
        let rules = text.matches(of: /- path: (\S+)\n\s+pathType: (Exact|Prefix)/).map { (path: $0.1, kind: $0.2) }
        #expect(rules.count > 5)
        for (described, path) in Self.paths {
            let isLetIn = rules.contains { rule in
                path == rule.path || rule.kind == "Prefix" && path.hasPrefix("\(rule.path)/")
            }
            #expect(isLetIn != ["/metrics", "/healthz", "/readyz"].contains(described), "\(described)")
        }
    }
}
