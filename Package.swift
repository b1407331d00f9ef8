// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with. Overlapping accesses are still found at compile time and by the tests;
/// the release build leaves out the checks at run time (27 → 23 µs of CPU a request).
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // An async call stays where its caller is: 14 changes of executor fewer for an update.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// Of what other packages build as a part of theirs, for whom SwiftPM takes no unsafe flags.
let clientSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
]

extension Target.Dependency {
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let httpClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let tracing = product(name: "Tracing", package: "swift-distributed-tracing")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
    static let deque = product(name: "DequeModule", package: "swift-collections")
}

let package = Package(
    name: "leaderboard",
    products: [
        .executable(name: "leaderboard", targets: ["LeaderboardCommand"]),
        .library(name: "LeaderboardClient", targets: ["LeaderboardClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(name: "EmbedFiles", swiftSettings: swiftSettings),
        .plugin(
            name: "EmbedFilesPlugin",
            capability: .buildTool(),
            dependencies: ["EmbedFiles"],
            path: "Sources/EmbedFilesPlugin"
        ),
        .target(name: "Text", dependencies: [.nioCore], swiftSettings: swiftSettings),
        .testTarget(name: "TextTests", dependencies: ["Text", "TestSupport", .nioCore], swiftSettings: swiftSettings),
        .target(name: "Board", dependencies: ["Text"], swiftSettings: swiftSettings),
        .testTarget(name: "BoardTests", dependencies: ["Board", "TestSupport"], swiftSettings: swiftSettings),
        .target(name: "Seasons", dependencies: ["Text"], swiftSettings: swiftSettings),
        .testTarget(name: "SeasonsTests", dependencies: ["Seasons"], exclude: ["Zones"], swiftSettings: swiftSettings),
        .target(name: "TLSPolicy", dependencies: [.nioSSL], swiftSettings: swiftSettings),
        .systemLibrary(name: "CUring"),
        .target(
            name: "LiveSockets",
            dependencies: ["CUring", .nioCore, .logging],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "LiveSocketsTests",
            dependencies: ["LiveSockets", "TestSupport", .nioCore, .nioEmbedded, .nioPosix, .logging],
            swiftSettings: swiftSettings
        ),
        .systemLibrary(name: "CHiredis"),
        .target(
            name: "RedisClient",
            dependencies: [
                "Text", "CHiredis", "TLSPolicy", .nioCore, .nioPosix, .nioSSL, .logging, .metrics, .lifecycle, .deque,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "TestSupport",
            dependencies: [.nioCore, .nioPosix, .nioSSL, .logging],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "RedisClientTests",
            dependencies: ["RedisClient", "TestSupport", .nioCore, .nioPosix, .nioEmbedded, .logging, .lifecycle],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Leaderboard",
            dependencies: ["Text", "Board", "Seasons", "RedisClient", .nioCore, .logging, .metrics, .crypto],
            swiftSettings: swiftSettings,
            plugins: ["EmbedFilesPlugin"]
        ),
        .testTarget(
            name: "LeaderboardTests",
            dependencies: [
                "Leaderboard", "Board", "Seasons", "Text", "RedisClient", "TestSupport", .nioCore, .nioPosix, .logging,
                .lifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "HTTPServer",
            dependencies: [
                "Text", "TLSPolicy", "CZlib", "LiveSockets", .nioCore, .nioPosix, .nioHTTP1, .nioSSL, .logging,
                .metrics,
                .tracing,
                .lifecycle,
                .crypto, .systemPackage,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "HTTPServer", "LiveSockets", "TestSupport", .nioCore, .nioPosix, .nioEmbedded, .nioHTTP1, .nioSSL,
                .logging,
                .metrics, .lifecycle,
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Broadcast",
            dependencies: [
                "Text", "Board", "Seasons", "LiveSockets", .nioCore, .logging, .metrics, .lifecycle, .deque,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BroadcastTests",
            dependencies: [
                "Broadcast", "LiveSockets", "Board", "Seasons", "Text", "TestSupport", .nioCore, .nioEmbedded,
                .nioPosix, .logging,
                .metrics,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "LeaderboardClient",
            dependencies: [.httpClient, .nioCore, .nioHTTP1],
            swiftSettings: clientSettings
        ),
        .systemLibrary(name: "CZlib"),
        .target(
            name: "LeaderboardPage",
            swiftSettings: swiftSettings,
            plugins: ["EmbedFilesPlugin"]
        ),
        .target(
            name: "LeaderboardService",
            dependencies: [
                "Text", "Board", "Seasons", "Leaderboard", "HTTPServer", "Broadcast", "RedisClient", "LeaderboardPage",
                "TLSPolicy", "CZlib", "LiveSockets",
                .nioCore, .nioPosix, .nioHTTP1, .nioSSL, .logging, .metrics, .coreMetrics, .tracing, .lifecycle,
                .crypto,
                .cryptoExtras, .httpClient,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
                .systemPackage,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "LeaderboardServiceTests",
            dependencies: [
                "LeaderboardService", "LeaderboardCommand", "LeaderboardClient", "TestSupport", "Leaderboard",
                "LeaderboardPage", "Text",
                "Board", "Seasons", "Broadcast", "HTTPServer", "RedisClient", "LiveSockets",
                .nioCore, .nioPosix, .nioHTTP1, .nioSSL, .logging, .metrics, .coreMetrics, .tracing, .lifecycle,
                .crypto,
                .cryptoExtras,
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            exclude: ["Authentication/Vectors", "Client/Node", "Golden/main.txt"],
            swiftSettings: swiftSettings
        ),
        .systemLibrary(name: "CEpoll"),
        .executableTarget(
            name: "LeaderboardCommand",
            dependencies: [
                "Text", "Board", "Seasons", "LeaderboardService", "Leaderboard", "LeaderboardClient", "RedisClient",
                .nioCore, .nioPosix, .nioHTTP1,
                .nioSSL,
                .crypto, .deque,
                .httpClient, .systemPackage, "CEpoll",
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: swiftSettings,
            linkerSettings: [
                // Foundation needs the three, and only modules compiled with -static-stdlib would say so themselves.
                .unsafeFlags(
                    ["-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-l_FoundationICU"],
                    .when(configuration: .release)
                )
            ]
        ),
        .testTarget(
            name: "LeaderboardCommandTests",
            dependencies: [
                "LeaderboardCommand", "Leaderboard", "TestSupport", "Text", "Board", "Seasons", .nioCore, .nioPosix,
                .nioSSL, .crypto,
                .httpClient,
                .systemPackage,
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
    ]
)

/// `ops/fuzz` alone sets the variable, to where libFuzzer lies: then the fuzz targets are there as well, and our modules are
/// optimised as for a release, and note which of their branches were taken. What we depend on is built as for the tests.
if let libFuzzer = Context.environment["LEADERBOARD_FUZZ"] {
    package.targets.removeAll { $0.type == .test || $0.name == "TestSupport" }
    // The command is looked into as the other modules are: a library.
    if let index = package.targets.firstIndex(where: { $0.name == "LeaderboardCommand" }) {
        let command = package.targets[index]
        package.targets[index] = .target(
            name: command.name,
            dependencies: command.dependencies,
            swiftSettings: command.swiftSettings
        )
    }
    let optimized = ["-O", "-enforce-exclusivity=unchecked"]
    // The page is bytes alone.
    for target in package.targets where target.type == .regular && target.name != "LeaderboardPage" {
        target.swiftSettings?.append(.unsafeFlags(optimized + ["-sanitize=fuzzer"]))
    }
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "LeaderboardCommand", "LeaderboardService", "Leaderboard", "Broadcast", "HTTPServer",
                "RedisClient", "Text", "Board", "Seasons", .nioCore, .nioEmbedded, .nioHTTP1, .coreMetrics, .crypto,
                .httpClient,
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            path: "Tests/Fuzz",
            exclude: ["CFuzzer", "Corpus", "Dictionaries"],
            swiftSettings: swiftSettings + [.unsafeFlags(optimized)],
            // It is written in C++.
            linkerSettings: [.unsafeFlags(["-Xlinker", libFuzzer, "-lstdc++", "-lm"])]
        ),
    ]
    package.products = [.executable(name: "Fuzz", targets: ["Fuzz"])]
}
