import Board
import NIOCore
import RedisClient

/// What a board shows beside its scores: what users say of themselves, and its rows of when it was frozen.
struct WhatIsShown {
    var profiles: [String: KeptProfile] = [:]
    /// ``BoardKeys/frozen``; nil: it is not frozen, or they are not kept.
    var frozen: FrozenRows?

    var isEmpty: Bool { profiles.isEmpty && frozen == nil }

    /// In the order in which a backup has them.
    var lines: [BackupLine] {
        profiles.sorted { $0.key < $1.key }.map { .profile(user: $0, $1) } + (frozen.map { [.frozen($0)] } ?? [])
    }

    /// Nothing is left of these users. The others keep their ranks.
    mutating func forget(_ users: Set<String>) {
        for user in users where profiles[user] != .held { profiles[user] = nil }
        frozen = frozen?.without(users)
    }
}

extension ScoreStore {
    /// Of who is being erased, nothing.
    func whatIsShown(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> WhatIsShown {
        // Before the rest: who is not among them has not been erased from what is read now, or the audit tells it behind its start.
        let erasing = try await erasing(on: eventLoop)
        var shown = WhatIsShown(profiles: try await profiles(of: keys, on: eventLoop))
        if board.definition.frozenSince != nil { shown.frozen = try await frozenRows(of: keys, on: eventLoop) }
        shown.forget(erasing)
        return shown
    }

    /// What is kept of users, a page at a time. What is none of ours is left out.
    func profiles(
        of keys: BoardKeys,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [String: KeptProfile] {
        var profiles: [String: KeptProfile] = [:]
        try await forEachField(of: keys.meta, on: eventLoop) { user, stored in
            if (try? UserID(user)) != nil, let said = KeptProfile(stored: stored) { profiles[user] = said }
        }
        return profiles
    }

    /// The board is frozen, by what is stored for it, and its rows of then are not there or cannot be read.
    func lacksFrozenRows(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        guard case .string(let held) = try await read(RedisCommand("GET", keys.board), on: eventLoop),
            let definition = try? BoardDefinition(stored: held), definition.frozenSince != nil
        else { return false }
        return try await frozenRows(of: keys, on: eventLoop) == nil
    }

    /// Nil where there are none that can be read.
    func frozenRows(of keys: BoardKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> FrozenRows? {
        let text = try await read(RedisCommand("GET", keys.frozen), on: eventLoop).text
        return text.flatMap { FrozenRows($0) }
    }
}
