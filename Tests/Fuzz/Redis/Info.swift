import RedisClient

@testable import LeaderboardService

extension FuzzTarget {
    static let info = FuzzTarget(
        "info",
        "INFO texts, and the rights of a user, as doctor sees them",
        dictionary: "info"
    ) { input in
        let text = input.text
        let few = RedisReplicas(connected: 1, known: 2, required: 2)
        let enough = RedisReplicas(connected: 2, known: 2, required: 2)
        for (isPrivate, replicas) in [(true, nil), (false, few), (false, enough)] as [(Bool, RedisReplicas?)] {
            let facts = RedisFacts(info: text, isPrivate: isPrivate, replicas: replicas)
            promise(!facts.findings.isEmpty, "there is always something to say")
            _ = facts.needsReplayRights
        }
        _ = RedisFigures(RedisInfo(text))
        let rights = ReplayRights.of(rules: text.split(separator: " ").map(String.init))
        promise(!rights.finding(isNeeded: true).fact.isEmpty, "there is always something to say")
    }
}
