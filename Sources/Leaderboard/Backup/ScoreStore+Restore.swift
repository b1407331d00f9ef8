import Board
package import NIOCore
import RedisClient

extension ScoreStore {
    /// Puts the board of a backup in the place of this one, at once: viewers go from the one to the other, and what happened
    /// since the backup is gone. Before that, the lines are checked against their seal, loaded beside the board, and read
    /// back: what Redis then has must have the hash of these lines. Left out is what earlier releases backed up of other writers:
    /// members that are no user ids. The seasons of windows are those of the backup then, each until it would have gone by
    /// itself; a backup of a release that did not have them leaves them as they are. What users say of themselves is the backup's
    /// then, if it has any of it: not of whom it names and who was erased since, and who is held stays held. Who was on hold is so again,
    /// and who is stays so.
    ///
    /// The audit that comes back is the backup's, with one entry more that tells of the restore. Outcomes stored for idempotency
    /// keys stay: who repeats an update of after the backup is told its first outcome.
    /// Who was erased since does not come back on the board, nor in its seasons. The backup's audit, which its chain holds together, names
    /// them, so there they are erased again: from the moment on at which the board is the backup's they are among those whose erasure has
    /// begun, and an end in between leaves them there, for the next restore, or ``erase(_:by:on:)``.
    /// - Parameters:
    ///   - replaced: what the board's key holds of a definition, if the store's is to take its place; nil: the store's is the one
    ///     that holds. In its layout the board is loaded.
    ///   - keepsErased: false: who was erased since stays.
    /// - Throws: ``UnfinishedErasure`` where the board was restored.
    package func restore(
        _ lines: BackupLines,
        inPlaceOf replaced: HeldDefinition? = nil,
        keepsErased: Bool = true,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> BackupSummary {
        let seal = try await BackupCheck.check(lines)
        var (summary, erased) = try await loading(on: eventLoop) { lease in
            try await restore(
                lines,
                upto: seal,
                inPlaceOf: replaced,
                holding: lease,
                keepsErased: keepsErased,
                by: act,
                on: eventLoop
            )
        }
        if keepsErased { summary.erased = try await eraseAgain(erased, by: act, on: eventLoop) }
        summary.waiting = try await waiting(on: eventLoop)
        return summary
    }

    private func restore(
        _ lines: BackupLines,
        upto seal: BackupSeal,
        inPlaceOf replaced: HeldDefinition?,
        holding lease: LoadingLease,
        keepsErased: Bool,
        by act: OperatorAct,
        on eventLoop: any EventLoop
    ) async throws -> (BackupSummary, ErasedAgain) {
        let loading = lease.keys
        let loaded = [loading.scores, loading.audit, loading.suspended, loading.withheld, loading.reverted]
        let held = replaced ?? (board.source == .board ? .stored(board.definition) : .nothing)
        // Of another restore, which was killed.
        try await placeSeasons(on: eventLoop)
        let asked = try await load(lines, holding: lease, keepsErased: keepsErased, on: eventLoop)
        let there = try await count(of: loaded + [loading.at, loading.meta, loading.frozen], on: eventLoop)
        // Of the board that is there as well: what the backup's has not goes.
        let segments = board.definition.segments.joined(with: held.definition?.segments ?? BoardSegments())
        let loadedSegments = board.definition.segments.kinds.flatMap { loading.segments(of: $0).all }
        let thereOfSegments = loadedSegments.isEmpty ? "0" : try await count(of: loadedSegments, on: eventLoop)
        let state = try await boardState(of: loading, on: eventLoop)
        var hash = BackupHash()
        var auditEntries = 0
        if let definition = asked.definition { _ = hash.add(.definition(definition)) }
        try await forEachEntry(of: loading.audit, upto: nil, on: eventLoop) { entry in
            _ = hash.add(.audit(entry))
            auditEntries += 1
        }
        for line in state.lines(withArrival: asked.hasArrival) { _ = hash.add(line) }
        let profiles = try await self.profiles(of: loading, on: eventLoop)
        let frozen = try await frozenRows(of: loading, on: eventLoop)
        if let seasons = asked.seasons {
            try await readBack(seasons, loading, withArrival: asked.hasArrival, on: eventLoop) { _ = hash.add($0) }
        }
        let found = hash.sealed(seq: seal.seq, chain: seal.chain)
        guard found == asked.hash.sealed(seq: seal.seq, chain: seal.chain), profiles == asked.shown.profiles,
            frozen == asked.shown.frozen
        else {
            throw InvalidBackup(description: "what Redis has of it is not what was sealed; the board is as it was")
        }
        if keepsErased { try await load(asked.erased, holding: lease, on: eventLoop) }
        let words = [String(max(seal.seq, state.lastReached)), seal.chain]
        let moreKeys =
            loaded + [
                keys.board, keys.at, loading.at, lease.key, keys.meta, loading.meta, keys.frozen, loading.frozen,
            ]
        let holdKeys = state.onHold.isEmpty ? [] : [keys.holding, loading.holding]
        let erasingKeys = keepsErased ? [keys.erasing, loading.erasing] : []
        for _ in 0..<Self.maximumTries {
            var places: SeasonPlaces?
            if let seasons = asked.seasons {
                places = try await self.places(for: seasons, beside: loading, of: asked.definition, on: eventLoop)
            }
            var more = RedisCommand()
            more.append(try await heldText(held, on: eventLoop))
            more.append(replaced == nil ? [] : Array(board.definition.stored.readableBytesView))
            let ofSeasons = places.map { [$0.there, $0.held, $0.text] + $0.expiries } ?? ["0"]
            let replacesProfiles = asked.shown.profiles.isEmpty ? "0" : "1"
            let keepsPlaces = asked.hasArrival && board.definition.ties.isByArrival
            var told = replacesProfiles + (keepsPlaces ? " places" : "")
            if !holdKeys.isEmpty { told += " holds" + (keepsErased ? "" : " reasons") }
            if !erasingKeys.isEmpty { told += " erasing:\(asked.erased.users.count)" }
            for word in [lease.token, there, told] + ofSeasons { more.append(word) }
            let call = calls.operation(
                "restore_board",
                user: nil,
                by: act,
                words,
                moreKeys: moreKeys + (places?.keys ?? []) + holdKeys + erasingKeys,
                more,
                segments: SegmentedCall(keys, segments, loadedInto: loading).map { ($0, [thereOfSegments]) }
            )
            switch try await putInPlace(call, asked, loading, holding: lease, on: eventLoop) {
            case "done":
                try await placeSeasons(on: eventLoop)
                let summary = BackupSummary(
                    auditEntries: auditEntries,
                    users: state.scores.count + state.withheld.count,
                    seasons: asked.seasons?.seasons.count ?? 0,
                    profiles: profiles.count,
                    onHold: state.onHold.count,
                    seq: seal.seq
                )
                return (summary, asked.erased)
            case "seasons": continue
            case "lost":
                throw ScoreStoreError.unavailable(
                    "Redis is full, and threw away what was loaded; the board is as it was"
                )
            default:
                throw ScoreStoreError.unavailable(
                    "the board's definition changed meanwhile: restore again; the board is as it was"
                )
            }
        }
        throw ScoreStoreError.unavailable("seasons of the board begin meanwhile: restore again; the board is as it was")
    }

    /// From here on the board is the backup's, and nothing of its seasons may be lost, whoever puts them in their places.
    /// - Returns: what Redis made of it.
    private func putInPlace(
        _ call: RedisCommand,
        _ asked: Asked,
        _ loading: BoardKeys,
        holding lease: LoadingLease,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> String? {
        let loaded = (asked.seasons?.seasons ?? []).map { loading.season(window: $0.window, id: $0.id) }
        let held = lease.letSeasonsGo()
        do {
            try await keep(loaded, on: eventLoop)
            let reply = try await operate(call, on: eventLoop)
            try LoadingLease.check(.array(reply))
            let word = reply.first?.text
            if word != "done" { lease.takeBack(held) }
            return word
        } catch {
            // Otherwise it may be in its place, and then they must stay.
            if error.isSurelyNotExecuted { lease.takeBack(held) }
            throw error
        }
    }

    /// What was to be loaded.
    private struct Asked {
        var hash = BackupHash()
        var definition: BoardDefinition?
        /// Nil: the backup is of a release, or a board, that has none.
        var seasons: RestoredSeasons?
        /// Without who was erased since.
        var shown = WhatIsShown()
        /// Users of the backup who were erased since.
        var erased = ErasedAgain()
        /// The lines tell since when users have their scores.
        var hasArrival: Bool { definition?.ties.isByArrival == true }
    }

    private func load(
        _ lines: BackupLines,
        holding lease: LoadingLease,
        keepsErased: Bool,
        on eventLoop: any EventLoop
    ) async throws -> Asked {
        let ties = board.definition.ties
        var loader = BackupLoader(store: self, lease: lease, definition: board.definition, eventLoop: eventLoop)
        var asked = Asked()
        var erased = try await erasedSince(on: eventLoop)
        let held = try await heldUsers(on: eventLoop)
        // Of a backup that does not tell who came first: of the board, and then of each season.
        var unordered = BoardState()
        try await lines { bytes in
            var line = try BackupLine(bytes)
            guard line.isOfBoard else { return }
            erased.meet(line)
            if keepsErased {
                guard let kept = asked.erased.keep(line, from: erased.all) else { return }
                line = kept
            }
            if line.isSealed, !line.isShown { _ = asked.hash.add(line) }
            let isNumbered = ties.isByArrival && !asked.hasArrival
            switch line {
            case .header(_, let format): asked.seasons = format < BackupLine.seasonalFormat ? nil : RestoredSeasons()
            case .definition(let definition): asked.definition = definition
            case .score(let user, let score, _) where isNumbered, .inSeason(let user, let score, _) where isNumbered:
                unordered.scores[user] = BoardState.Place(score: score)
            case .withheld(let user, let score, _) where isNumbered,
                .withheldInSeason(let user, let score, _) where isNumbered:
                unordered.withheld[user] = BoardState.Place(score: score)
            case .profile(let user, let said):
                guard said == .held || !erased.contains(user) else { return }
                asked.shown.profiles[user] = held[user] ?? said
                try await loader.take(.profile(user: user, held[user] ?? said))
            case .frozen(let shown):
                let rows = shown.without(erased.all)
                asked.shown.frozen = rows
                try await loader.take(.frozen(rows))
            case .seasons(let text): asked.seasons?.text = text
            case .season(let season):
                for line in unordered.numbered(for: board.definition).lines() { try await loader.take(line) }
                unordered = BoardState()
                asked.seasons?.seasons.append(season)
                try await loader.take(line)
            default: try await loader.take(line)
            }
        }
        for line in unordered.numbered(for: board.definition).lines() { try await loader.take(line) }
        // Who is held now, and was not when the backup was made.
        for (user, said) in held where !asked.shown.profiles.isEmpty && asked.shown.profiles[user] == nil {
            asked.shown.profiles[user] = said
            try await loader.take(.profile(user: user, said))
        }
        try await loader.finish()
        asked.erased.users = erased.met
        asked.erased.unfinished = erased.unfinished
        return asked
    }

    /// They take their place with the board.
    private func load(
        _ erased: ErasedAgain,
        holding lease: LoadingLease,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        let users = Array(erased.users)
        for start in stride(from: 0, to: users.count, by: 1000) {
            var call = RedisCommand("FCALL", "leaderboard_restore_members", "2", lease.keys.erasing)
            for word in [lease.key, lease.token, "SADD"] { call.append(word) }
            for user in users[start..<min(start + 1000, users.count)] { call.append(user) }
            try LoadingLease.check(try await writeRepeatably(call, on: eventLoop))
        }
    }

    /// Of whom operators hold what they say.
    private func heldUsers(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [String: KeptProfile] {
        do { return try await profiles(of: keys, on: eventLoop).filter { $0.value == .held } } catch .unsoundBoard {
            return [:]
        }
    }

    /// The text of a definition's key, if that holds this; empty: it is not there.
    func heldText(_ held: HeldDefinition, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [UInt8] {
        let reply = try await read(RedisCommand("GET", keys.board), on: eventLoop)
        switch (held, reply) {
        case (.nothing, .null), (.environment, .null): return []
        case (.unreadable, .string(let text)): return text
        case (.stored(let definition), .string(let text))
        where (try? BoardDefinition(stored: text)) == definition: return text
        default: throw .unavailable("the board's definition changed meanwhile: ask again; the board is as it was")
        }
    }

    /// Whether there is anything of a board: one that a service has only begun is one, and one that is only defined.
    package func hasBoard(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        let command = RedisCommand(
            "EXISTS",
            keys.board,
            keys.epoch,
            keys.seq,
            keys.audit,
            keys.scores,
            keys.withheld,
            keys.suspended
        )
        return try await read(command, on: eventLoop).integer != 0
    }
}
