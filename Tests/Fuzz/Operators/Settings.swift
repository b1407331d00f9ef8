import Configuration
import HTTPServer

@testable import LeaderboardService

extension Settings {
    /// Of nothing but these.
    init(_ values: [String: String]) {
        let pairs = values.map { name, value in
            (
                AbsoluteConfigKey(name.lowercased().split(separator: "_").map(String.init)),
                ConfigValue(stringLiteral: value)
            )
        }
        self.init(reader: ConfigReader(provider: InMemoryProvider(values: Dictionary(pairs) { first, _ in first })))
    }
}

extension FuzzTarget {
    static let settings = FuzzTarget(
        "settings",
        "variables, NAME=value a line",
        dictionary: "settings"
    ) { input in
        var values = ["JWT_SECRET": "0123456789abcdef0123456789abcdef"]
        for line in input.textLines {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            // Files would be read.
            guard parts.count == 2, !parts[0].hasSuffix("_FILE") else { continue }
            values[parts[0]] = parts[1]
        }
        guard let configuration = try? ServiceConfiguration(Settings(values)) else { return }
        promise((0...65_535).contains(configuration.server.port), "a port is in range")
        promise((1...1024).contains(configuration.threads), "threads are in range")
    }
}
