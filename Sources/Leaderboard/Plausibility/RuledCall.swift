import Board
import RedisClient

/// `leaderboard_write` on a board with rules of plausibility, as `leaderboard_write_by_rules` takes it: what else it is told of stays as it is.
struct RuledCall: Sendable {
    /// What the names of functions for such boards end with.
    static let suffix = "_by_rules"
    static let function = "leaderboard_write" + suffix

    private let met: String
    /// Where updates wait; empty: no rule holds any.
    private let queue: [String]
    private let pacePrefix: String
    private let addressPrefix: String
    /// Nil: no rule asks for addresses.
    private let network: (@Sendable (String) -> String)?

    /// Nil: the board has no rules.
    /// - Parameter network: what counts as one client of addresses.
    init?(_ keys: BoardKeys, _ rules: [PlausibilityRule], network: @escaping @Sendable (String) -> String) {
        guard !rules.isEmpty else { return nil }
        met = keys.met
        queue = rules.contains(where: \.holds) ? keys.queue : []
        pacePrefix = keys.pacePrefix
        addressPrefix = keys.addressPrefix
        self.network = rules.contains { $0.name == .usersPerAddress } ? network : nil
    }

    var first: RedisCommand {
        var keys = RedisCommand(met)
        for key in queue { keys.append(key) }
        return keys
    }

    /// How many keys ``first`` has.
    var firstCount: Int { 1 + queue.count }

    /// The last of ARGV.
    func end(updates count: Int) -> String { queue.isEmpty ? "\(count)" : "\(count) held" }

    /// What each update has.
    func appendKeys(of call: UpdateCall, to keys: inout RedisCommand) {
        keys.append(pacePrefix, call.update.user.rawValue)
        keys.append(addressPrefix, network?(call.origin.ip) ?? "-")
    }

    func bytes(of call: UpdateCall) -> Int {
        call.update.user.rawValue.utf8.count + call.origin.ip.utf8.count + 2 * pacePrefix.utf8.count + 64
    }
}
