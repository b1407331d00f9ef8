extension MetricsRegistry {
    /// Shows what runs as `leaderboard_build_info`.
    package func showBuild(version: String) {
        #if compiler(>=6.4)
            let swift = "6.4 or newer"
        #elseif compiler(>=6.3)
            let swift = "6.3"
        #else
            let swift = "6.2"
        #endif
        observe("leaderboard_build_info", [("version", version), ("swift", swift)]) { 1 }
    }
}
