package import NIOCore
import RedisClient

extension ScoreStore {
    /// How often each of the board's rules did what it does, or with `dry_run` would have done; in the order of the definition.
    package func metRules(
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [(rule: PlausibilityRule, count: Int)] {
        let rules = board.definition.rules
        guard !rules.isEmpty else { return [] }
        var command = RedisCommand("HMGET", keys.met)
        for rule in rules { command.append(rule.label) }
        guard let counts = try await read(command, on: eventLoop).array, counts.count == rules.count else {
            throw .unavailable("unexpected reply")
        }
        return zip(rules, counts).map { rule, count in
            (rule, max(0, count.text.flatMap { Int($0) } ?? 0))
        }
    }
}
