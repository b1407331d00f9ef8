import Board
import NIOCore
import RedisClient

extension ScoreStore {
    /// How often the board is loaded anew, because more happened than the audit tells by user.
    private static let maximumLoads = 5
    /// How often what happened since is put right before the rest is left to the function.
    private static let maximumCatchUps = 100

    /// - Parameters:
    ///   - definition: the board's with other ties, and the next version.
    ///   - held: what the board's key has; empty: it is not there.
    func changeTies(
        to definition: BoardDefinition,
        inPlaceOf held: [UInt8],
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws {
        for _ in 0..<Self.maximumLoads {
            do {
                let isDone = try await loading(on: eventLoop) { lease in
                    try await changeTiesOnce(to: definition, inPlaceOf: held, holding: lease, by: act, on: eventLoop)
                }
                if isDone { return }
            } catch is BoardState.Torn {
                continue
            }
        }
        throw ScoreStoreError.unavailable(
            "users are being erased, the definition is being changed, or another service writes the board past the audit: "
                + "nothing was changed, ask again when that is over"
        )
    }

    /// False: it must be loaded anew.
    private func changeTiesOnce(
        to definition: BoardDefinition,
        inPlaceOf held: [UInt8],
        holding lease: LoadingLease,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> Bool {
        if board.definition.ties.isPlain { _ = try await setAsideAll(on: eventLoop) }
        var seen = try await lastAuditID(on: eventLoop)
        var state = try await boardState(of: keys, on: eventLoop)
        _ = try await followOn(&state, &seen, on: eventLoop)
        if definition.ties.isByArrival, !state.isByArrival {
            state = state.numbered(for: definition)
        }
        var loader = BackupLoader(store: self, lease: lease, definition: definition, eventLoop: eventLoop)
        for user in state.scores.keys { try await loader.place(user, in: state) }
        for user in state.withheld.keys where state.scores[user] == nil { try await loader.place(user, in: state) }
        try await loader.finish()

        for _ in 0..<Self.maximumCatchUps {
            let there = try await count(of: [lease.keys.scores, lease.keys.at], on: eventLoop)
            var words = RedisCommand(seen.description, String(state.lastReached))
            words.append(held)
            words.append(Array(definition.stored.readableBytesView))
            for word in [lease.token, there] { words.append(word) }
            let call = calls.operation(
                "change_ties",
                user: nil,
                by: act,
                [],
                moreKeys: [keys.board, keys.at, lease.keys.scores, lease.keys.at, lease.key],
                words
            )
            let reply = try await operate(call, on: eventLoop)
            try LoadingLease.check(.array(reply))
            switch reply.first?.text {
            case "done": return true
            case "behind":
                for user in try await followOn(&state, &seen, on: eventLoop) { try await loader.place(user, in: state) }
                try await loader.finish()
            default: return false
            }
        }
        throw ScoreStoreError.unavailable("the audit grows faster than it is read: ask again when less is going on")
    }

    /// Brings the state to the moment of the audit's last entry.
    /// - Returns: the users of whom entries told.
    private func followOn(
        _ state: inout BoardState,
        _ seen: inout AuditID,
        on eventLoop: any EventLoop
    ) async throws -> Set<String> {
        var users: Set<String> = []
        let (start, end) = (seen, try await lastAuditID(on: eventLoop))
        try await forEachEntry(of: keys.audit, after: start, upto: end, on: eventLoop) { entry in
            try state.follow(entry)
            if let user = entry.userID?.rawValue { users.insert(user) }
        }
        seen = end
        return users
    }
}

extension BackupLoader {
    /// As the state has the user, or does not have them any more.
    fileprivate mutating func place(_ user: String, in state: BoardState) async throws(ScoreStoreError) {
        let (shown, kept) = (state.scores[user], state.withheld[user])
        try await place(user, shown.map { String($0.score) } ?? "", (shown ?? kept)?.reached ?? 0)
    }
}
