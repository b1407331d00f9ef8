@testable import LeaderboardService

extension FuzzTarget {
    static let info = FuzzTarget(
        "info",
        "INFO texts, as doctor sees them",
        dictionary: "info"
    ) { input in
        let text = input.text
        for (isPrivate, needsReplica) in [(true, false), (false, true)] {
            let facts = RedisFacts(info: text, isPrivate: isPrivate, needsReplica: needsReplica)
            promise(!facts.findings.isEmpty, "there is always something to say")
        }
    }
}
