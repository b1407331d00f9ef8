import TestSupport
import Testing

/// A service on a shipped Redis, and the account of what it acknowledged.
final class ShippedBoard {
    let redis: ShippedRedis
    let service: ServiceProcess
    private(set) var acknowledged: [String: Int] = [:]
    private(set) var count = 0

    init(on redis: ShippedRedis) async throws {
        self.redis = redis
        let limits = ["RATE_LIMIT_UPDATES": "100000", "RATE_LIMIT_INTERVAL_SECONDS": "1"]
        service = try await ServiceProcess.serve(redis.settings.merging(limits) { $1 })
    }

    /// Some updates of some users; each is repeated, with its Idempotency-Key, until it is acknowledged.
    func update() async throws {
        for number in 0..<20 {
            let (user, increase) = ("player-\(number % 5)", 1 + number)
            try await until("no update is taken") {
                let connection = try? await TestConnection(port: service.port)
                guard let connection else { return false }
                let key = ["Idempotency-Key": "\(count)"]
                return try await Fleet.update(user, increase, on: connection, key).status == 200
            }
            acknowledged[user, default: 0] += increase
            count += 1
        }
    }

    /// The board, the counter, and the audit with the end of its chain are those of every acknowledged update.
    func expectWhole(on server: ShippedRedis, _ occasion: String) async throws {
        let state = try await ShippedState(of: server)
        #expect(state.board == acknowledged, "the board \(occasion)")
        #expect(state.seq == "\(count)", "the counter \(occasion)")
        #expect(state.audit.count { $0 == "increase" } == count, "the audit \(occasion)")
        #expect(state.chain.count > 20, "the chain \(occasion)")
    }

    /// `leaderboard admin verify`: the chain of hashes holds, and the board is what the audit says.
    func expectVerified(_ occasion: String) async throws {
        let verified = try await ServiceProcess.run(["admin", "verify"], redis.settings)
        #expect(verified.code == 0, "\(occasion): \(verified.output)")
    }
}

/// What of the board must be there after anything.
struct ShippedState: Equatable {
    let board: [String: Int]
    let seq: String
    let chain: String
    let audit: [String]

    init(of server: ShippedRedis) async throws {
        let words = try await server.command("ZRANGE", "lb:{main}:scores", "0", "-1", "WITHSCORES").split(
            separator: "\n"
        )
        board = stride(from: 0, to: words.count - 1, by: 2).reduce(into: [:]) {
            $0[String(words[$1])] = Int(words[$1 + 1])
        }
        seq = try await server.command("GET", "lb:{main}:seq")
        chain = try await server.command("GET", "lb:{main}:chain")
        audit = try await server.command("XRANGE", "lb:{main}:audit", "-", "+").split(separator: "\n").map(String.init)
    }
}
