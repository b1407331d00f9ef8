import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import RedisClient

/// `GET /healthz` and `GET /readyz`, for load balancers and supervisors.
struct Health: Sendable {
    let redis: RedisClient
    let store: ScoreStore
    let broadcaster: Broadcaster
    let readiness: Readiness
    let keys: ServiceKeys
    let durability: DurabilityWatch

    /// Alive: the event loop answers. It says nothing of Redis, so that a supervisor does not restart us for its sake.
    func alive(_: Request) async -> Response {
        Self.fresh(Response(.ok, json: ByteBuffer(string: #"{"status":"ok"}"#)))
    }

    /// Ready to take traffic: not stopping, Redis would take an update, the function library is loaded, it keeps what
    /// `DURABILITY` promises, the replicas that updates wait for are there, the subscription is live, each key
    /// set has been loaded.
    func ready(_ request: Request) async -> Response {
        if readiness.isStopping {
            return Self.fresh(Refusal.stopping.response)
        }
        guard redis.isConnected else {
            let reason = redis.outage.map { ": \($0)" } ?? ""
            return Self.notReady("redis_unavailable", "Some connections to Redis are down\(reason).")
        }
        do throws(RedisError) {
            try await store.check(on: request.eventLoop)
        } catch .refused(let refusal) where refusal.reasonAgainstWrites != nil {
            let reason = refusal.reasonAgainstWrites ?? ""
            return Self.notReady("store_read_only", "Redis answers, but takes no updates: \(reason) (\(refusal.code)).")
        } catch .refused(let refusal) where refusal.code == "NOPERM" {
            return Self.notReady(
                "functions_missing",
                "Redis withholds a right from the service's user (NOPERM): see users.acl; leaderboard doctor tells which."
            )
        } catch .refused(let refusal) where refusal.code == "ERR" {
            return Self.notReady(
                "functions_missing",
                "Redis answers, but neither has the leaderboard's functions nor takes them: it must be Redis 7 or newer, "
                    + "and the user may call FUNCTION LOAD."
            )
        } catch {
            return Self.notReady("redis_unavailable", "Redis does not answer, or cannot serve now.")
        }
        guard durability.objection == nil else {
            return Self.notReady(
                "not_durable",
                "Redis does not sync each write, as DURABILITY=fsynced promises: CONFIG SET appendfsync always, appendonly yes."
            )
        }
        if let replicas = redis.replicas, !replicas.areEnough {
            return Self.notReady(
                "replicas_missing",
                "\(replicas.connected) of \(replicas.known) known replicas keep up, and an update needs \(replicas.required)."
            )
        }
        guard broadcaster.isLive else {
            let reason = redis.outage.map { ": \($0)" } ?? ""
            return Self.notReady("subscription_down", "The subscription to the board's events is not live\(reason).")
        }
        let missing = keys.missing
        guard missing.isEmpty else {
            return Self.notReady(
                "keys_unavailable",
                "The key set of \(missing.joined(separator: " and of ")) has not been loaded yet."
            )
        }
        return Self.fresh(Response(.ok, json: ByteBuffer(string: #"{"status":"ready"}"#)))
    }

    private static func notReady(_ code: String, _ message: String) -> Response {
        fresh(.error(.serviceUnavailable, code: code, message: message, headers: ["Retry-After": "1"]))
    }

    private static func fresh(_ response: Response) -> Response {
        var response = response
        response.headers.add(name: "Cache-Control", value: "no-store")
        return response
    }
}

extension RedisRefusal {
    /// Why Redis refuses every write at the moment; nil where it is another refusal.
    fileprivate var reasonAgainstWrites: String? {
        switch code {
        case "MISCONF": "it could not write to its disk"
        case "OOM": "its memory is full"
        case "NOREPLICAS": "too few of its replicas are connected"
        case "READONLY": "it is a replica"
        default: nil
        }
    }
}
