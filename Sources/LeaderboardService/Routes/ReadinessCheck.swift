import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import RedisClient

/// Whether the instance can do what it is there for, and if not, the first thing that is in the way.
struct ReadinessCheck: Sendable {
    enum Purpose: String, CaseIterable {
        /// The page, the standings and live viewers.
        case reads
        /// Updates, and all that reads need.
        case writes
    }

    struct Objection: Equatable {
        let code: String
        let message: String

        init(_ code: String, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    let redis: RedisConnections
    let store: ScoreStore
    let broadcaster: Broadcaster
    let keys: ServiceKeys
    let durability: DurabilityWatch
    let board: BoardWatch

    /// Reads: Redis answers, the standings can be read, the function library is loaded, the subscription is live, and the user has
    /// the rights for it. Writes: no key of the board holds something else than the board's, Redis would also take an update and
    /// keep what `DURABILITY` promises, the replicas that updates wait for are there, each key set has been loaded.
    func objection(to purpose: Purpose, on eventLoop: any EventLoop) async -> Objection? {
        if let objection = await store(purpose, on: eventLoop) { return objection }
        if let objection = board.objection, purpose == .writes || objection.stopsReads {
            return Objection(objection.code, objection.message)
        }
        if purpose == .writes {
            if durability.objection != nil {
                return Objection(
                    "not_durable",
                    "Redis does not sync each write, as DURABILITY=fsynced promises: CONFIG SET appendfsync always, appendonly yes."
                )
            }
            if let replicas = redis.replicas, !replicas.areEnough {
                return Objection(
                    "replicas_missing",
                    "\(replicas.connected) of \(replicas.known) known replicas keep up, and an update needs \(replicas.required)."
                )
            }
        }
        guard broadcaster.main.isLive else {
            return Objection("subscription_down", "The subscription to the board's events is not live\(outage).")
        }
        let missing = keys.missing
        guard purpose == .reads || missing.isEmpty else {
            return Objection(
                "keys_unavailable",
                "The key set of \(missing.joined(separator: " and of ")) has not been loaded yet."
            )
        }
        return nil
    }

    private func store(_ purpose: Purpose, on eventLoop: any EventLoop) async -> Objection? {
        guard purpose == .reads ? redis.isConnectedForReads : redis.isConnected else {
            return Objection("redis_unavailable", "Some connections to Redis are down\(outage).")
        }
        if let rights = store.functions.gate.objection(to: purpose == .reads ? [.reading] : [.reading, .updating]) {
            return Self.rightsMissing(rights)
        }
        do throws(RedisError) {
            switch purpose {
            case .reads: try await store.checkReading(on: eventLoop)
            case .writes: try await store.check(on: eventLoop)
            }
        } catch .refused(let refusal) where refusal.reasonAgainstWrites != nil {
            let reason = refusal.reasonAgainstWrites ?? ""
            return Objection("store_read_only", "Redis answers, but takes no updates: \(reason) (\(refusal.code)).")
        } catch .refused(let refusal) where refusal.lacksRight {
            return Self.rightsMissing("fcall, fcall_ro, function|load, or the board's keys")
        } catch .refused(let refusal) where refusal.code == "ERR" {
            return Objection(
                "functions_missing",
                "Redis answers, but neither has the leaderboard's functions nor takes them: it must be Redis 7 or newer."
            )
        } catch {
            return Objection("redis_unavailable", "Redis does not answer, or cannot serve now.")
        }
        guard store.functions.gate.isChecked else {
            return Objection("redis_unavailable", "Redis has not been asked yet for the rights of the service's user.")
        }
        return nil
    }

    /// Why the last connection was lost or refused, where that is known.
    private var outage: String { redis.outage.map { ": \($0)" } ?? "" }

    private static func rightsMissing(_ what: String) -> Objection {
        Objection(
            "rights_missing",
            "Redis withholds rights from the service's user (NOPERM): \(what). What to grant is told by leaderboard doctor."
        )
    }
}
