import Text

/// What `INFO` tells of a primary in figures, for the metrics. Nil is what it does not tell.
struct RedisFigures: Sendable, Equatable {
    /// What Redis writes to its disk, and can fail at.
    enum Part: String, CaseIterable, Sendable {
        case aofWrite = "aof_write", aofRewrite = "aof_rewrite", snapshot

        fileprivate var field: Substring {
            switch self {
            case .aofWrite: "aof_last_write_status"
            case .aofRewrite: "aof_last_bgrewrite_status"
            case .snapshot: "rdb_last_bgsave_status"
            }
        }
    }

    /// The sections that have all of it.
    static let sections = ["memory", "persistence", "replication"]

    /// In bytes.
    var usedMemory, maximumMemory: UInt64?
    var connectedReplicas: UInt64?
    /// Of the replica that is furthest behind: bytes that it has not confirmed, and seconds since it confirmed any.
    var lagBytes, lagSeconds: UInt64?
    var isAppendOnly: Bool?
    /// Whether the last write of each part failed.
    var failed: [Part: Bool] = [:]
    /// Since Redis started.
    var delayedFsyncs: UInt64?

    init(_ info: RedisInfo) {
        usedMemory = info.number("used_memory")
        maximumMemory = info.number("maxmemory")
        isAppendOnly = info["aof_enabled"].map { $0 == "1" }
        delayedFsyncs = info.number("aof_delayed_fsync")
        for part in Part.allCases { failed[part] = info[part.field].map { $0 != "ok" } }
        // Of a replica the figures would be those of its own replicas.
        guard info["role"] == "master" else { return }
        connectedReplicas = info.number("connected_slaves")
        readLag(info)
    }

    /// Lines as `slave0:ip=…,port=…,state=online,offset=123,lag=0`, numbered from 0 without a gap.
    private mutating func readLag(_ info: RedisInfo) {
        guard let position = info.number("master_repl_offset") else { return }
        for index in 0... {
            guard let line = info["slave\(index)"] else { return }
            let offset = Self.value("offset", in: line), seconds = Self.value("lag", in: line)
            if let offset { lagBytes = max(lagBytes ?? 0, position > offset ? position - offset : 0) }
            if let seconds { lagSeconds = max(lagSeconds ?? 0, seconds) }
        }
    }

    private static func value(_ name: String, in line: Substring) -> UInt64? {
        line.parts(at: ",").first { $0.hasPrefix(name + "=") }.flatMap { UInt64($0.dropFirst(name.count + 1)) }
    }
}
