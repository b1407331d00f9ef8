import HTTPServer

@testable import LeaderboardService

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
        for (name, entry) in EnvironmentFile(path: ".env", bytes: input.bytes).entries {
            let isPlain = !(name + entry.value).unicodeScalars.contains { $0 == "\n" || $0 == "\r" || $0 == "\0" }
            promise(isPlain, "a setting of a file is one line")
        }
        guard let configuration = try? ServiceConfiguration(Settings(environment: values)) else { return }
        promise((0...65_535).contains(configuration.server.port), "a port is in range")
        promise((1...1024).contains(configuration.threads), "threads are in range")
    }
}
