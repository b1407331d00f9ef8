import RedisClient
import Text

/// Which rules one update met, and what they did, or would have done.
package struct MetRule: Hashable, Sendable {
    package enum Effect: String, Sendable, CaseIterable {
        case refused, held, flagged
        case dryRun = "dry_run"
    }

    package let name: PlausibilityRule.Name
    package let effect: Effect

    /// `points_limit flagged;least_time dry_run`. Nil: it is another text.
    static func list(_ reply: RESPValue) -> [MetRule]? {
        guard let text = reply.text else { return nil }
        let parts = text.parts(at: ";")
        guard parts.count <= PlausibilityRule.longestList else { return nil }
        let met = parts.compactMap { MetRule($0) }
        return met.count == parts.count ? met : nil
    }

    init(_ name: PlausibilityRule.Name, _ effect: Effect) {
        self.name = name
        self.effect = effect
    }

    private init?(_ text: Substring) {
        let words = text.parts(at: " ")
        guard words.count == 2, let name = PlausibilityRule.Name(rawValue: String(words[0])),
            let effect = Effect(rawValue: String(words[1]))
        else { return nil }
        self.name = name
        self.effect = effect
    }
}
