@testable import LeaderboardService

extension FuzzTarget {
    static let info = FuzzTarget(
        "info",
        "INFO texts, and the rights of a user, as doctor sees them",
        dictionary: "info"
    ) { input in
        let text = input.text
        for (isPrivate, needsReplica) in [(true, false), (false, true)] {
            let facts = RedisFacts(info: text, isPrivate: isPrivate, needsReplica: needsReplica)
            promise(!facts.findings.isEmpty, "there is always something to say")
            _ = facts.needsReplayRights
        }
        let rights = ReplayRights.of(rules: text.split(separator: " ").map(String.init))
        promise(!rights.finding(isNeeded: true).fact.isEmpty, "there is always something to say")
    }
}
