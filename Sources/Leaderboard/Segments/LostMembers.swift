import Board
import NIOCore
import RedisClient

/// Finds users of whom a segment has lost all, and brings them back. The service may run meanwhile.
struct LostMembers {
    private static let pageOfUsers = "1000"
    private static let askedAtOnce = 500
    private static let broughtAtOnce = 500
    private static let maximumCatchUps = 100

    let store: ScoreStore
    private(set) var memberships: SegmentMemberships
    let eventLoop: any EventLoop

    init(
        _ store: ScoreStore,
        _ backup: BackupSegments = BackupSegments(),
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        self.store = store
        self.eventLoop = eventLoop
        memberships = SegmentMemberships(dropped: try await store.droppedKinds(on: eventLoop), backup)
        try await readOn()
    }

    private mutating func readOn() async throws(ScoreStoreError) {
        var page: [AuditEntry]
        repeat {
            page = try await store.auditPage(after: memberships.seen, on: eventLoop)
            memberships.read(page)
        } while page.count == ScoreStore.auditPageSize
    }

    /// Who has a score, must be in a segment of the kind, and is in none; and the values.
    mutating func users(of kind: SegmentKind) async throws(ScoreStoreError) -> [(user: UserID, value: SegmentValue)] {
        let suspects = try await missing(of: kind)
        guard !suspects.isEmpty else { return [] }
        // Who moves meanwhile has what is right.
        try await readOn()
        let before = memberships
        let still = try await missing(suspects, of: kind)
        try await readOn()
        let values = memberships.values(of: kind)
        var users: [(user: UserID, value: SegmentValue)] = []
        for name in still where before.seq(of: name) == memberships.seq(of: name) {
            guard let user = try? UserID(name), let value = values[name] else { continue }
            let holding = try await store.holding(of: user, on: eventLoop)
            if holding.score != nil || holding.withheld != nil { users.append((user, value)) }
        }
        return users
    }

    /// Of all who must have one, those without a record.
    private func missing(of kind: SegmentKind) async throws(ScoreStoreError) -> [String] {
        var (missing, cursor) = (Set(memberships.values(of: kind).keys), "0")
        guard !missing.isEmpty else { return [] }
        repeat {
            let call = RedisCommand("HSCAN", store.keys.segments(of: kind).users, cursor, "COUNT", Self.pageOfUsers)
            let page = try ScanPage(reply: try await store.read(call, on: eventLoop))
            for index in stride(from: 0, to: page.words.count - 1, by: 2) {
                if let user = page.words[index].text { missing.remove(user) }
            }
            cursor = page.next
        } while cursor != "0"
        return missing.sorted()
    }

    private func missing(_ names: [String], of kind: SegmentKind) async throws(ScoreStoreError) -> [String] {
        let (store, eventLoop, key) = (store, eventLoop, store.keys.segments(of: kind).users)
        var missing: [String] = []
        for start in stride(from: 0, to: names.count, by: Self.askedAtOnce) {
            let some = Array(names[start..<min(start + Self.askedAtOnce, names.count)])
            let records = await some.mapAllAtOnce { name -> Result<RESPValue, ScoreStoreError> in
                do throws(ScoreStoreError) {
                    return .success(try await store.read(RedisCommand("HGET", key, name), on: eventLoop))
                } catch { return .failure(error) }
            }
            for (name, record) in zip(some, records) where try record.get() == .null { missing.append(name) }
        }
        return missing
    }

    /// - Returns: how many there were.
    mutating func bringBack(of kind: SegmentKind, by act: OperatorAct) async throws(ScoreStoreError) -> Int {
        var (count, catchUps) = (0, 0)
        var rest = try await users(of: kind)[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.broughtAtOnce)
            let words = [kind.rawValue, "members", memberships.seen.description, "0"]
            let call = store.calls.rebuildSegments(
                words + some.flatMap { [$0.user.rawValue, $0.value.rawValue] },
                by: act
            )
            let reply = try await store.operate(call, on: eventLoop)
            if reply.first?.text == "done", let brought = reply.last?.count {
                count += min(brought, some.count)
                rest = rest.dropFirst(some.count)
                continue
            }
            catchUps += 1
            guard catchUps < Self.maximumCatchUps else { throw .unavailable("the audit grows faster than it is read") }
            try await readOn()
            rest = try await users(of: kind)[...]
        }
        return count
    }
}

extension ScoreStore {
    /// By kind, the seq at which it went (`Functions/define.lua`).
    func droppedKinds(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [SegmentKind: Int] {
        var dropped: [SegmentKind: Int] = [:]
        for kind in board.definition.segments.kinds {
            let seq = try await read(RedisCommand("HGET", keys.windows, "g:\(kind)"), on: eventLoop).text
            dropped[kind] = seq.flatMap { Int($0) }.flatMap(ScoreRange.checked)
        }
        return dropped
    }
}
