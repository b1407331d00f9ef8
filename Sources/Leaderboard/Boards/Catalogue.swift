import Text
import FoundationEssentials
package import NIOCore
import RedisClient
import Synchronization

/// Which boards there are, and what each is. A name is asked for in Redis at most once a second, however many requests have it: what
/// came of it, that there is nobody too, holds that long. Any loop.
package final class Catalogue: Sendable {
    private typealias Look = Task<Result<KnownBoards.Entry, ScoreStoreError>, Never>

    /// Those that are under way. One of a board that was forgotten since is none of them: what it finds may not hold any more.
    private struct Looks {
        var ofBoards: [BoardID: (number: Int, look: Look)] = [:]
        var count = 0
    }

    /// For so long an answer is believed.
    static let lifetime = TimeAmount.seconds(1)
    /// For so long the index is believed to have a board that it had: an update waits for the question.
    private static let indexLifetime = TimeAmount.minutes(1)
    private static let maximumNames = 10_000

    /// Definitions that there may be, templates among them.
    package let maximumBoards: Int
    let functions: FunctionCalls
    let index: BoardIndex
    private let templateBoards: TemplateBoards
    /// As the environment says it is.
    private let main: ScoreStore
    private let known = Mutex(KnownBoards(maximum: maximumNames))
    /// Names that are being asked for. Awaited by each who wants one; none of them can cancel it for the others.
    private let looks = Mutex(Looks())
    private let mainIsPublic = Atomic(false)
    let listing = Mutex<Listing?>(nil)

    package init(_ functions: FunctionCalls, maximumBoards: Int) {
        self.functions = functions
        self.maximumBoards = maximumBoards
        index = BoardIndex(functions)
        templateBoards = TemplateBoards(functions, index, maximumBoards: maximumBoards)
        main = ScoreStore(mainOf: functions)
    }

    /// The board, if it is known without asking.
    package func known(_ id: BoardID) -> ScoreStore? {
        guard case .board(let store, _)? = known.withLock({ $0.entry(of: id, now: .now()) })?.found else { return nil }
        return store
    }

    /// Whether anybody may read ``BoardID/main``, as far as is known: what every read of it by the paths without a board asks. Costs one
    /// atomic load. False as well until it has been looked for, and when its definition may have changed: then ask for the board.
    package var isMainPublic: Bool { mainIsPublic.load(ordering: .acquiring) }

    /// ``BoardID/main`` at once, as it was found last, or as the environment says. Where that was more than a second ago it is looked
    /// for meanwhile: a write by an old definition is refused, and nobody waits for a look at a Redis that is away.
    package func mainAtOnce(on eventLoop: any EventLoop) -> ScoreStore {
        if let store = known(.main) { return store }
        // It ends by the deadline of a call, and is one for all who come meanwhile.
        Task { _ = try? await board(.main, on: eventLoop) }
        guard case .board(let store, _)? = known.withLock({ $0.last(of: .main) })?.found else { return main }
        return store
    }

    /// The board of this name, as a reader has it. Where only a template covers the name, it is what the template would make of it:
    /// nobody is on it.
    package func board(_ id: BoardID, on eventLoop: any EventLoop) async throws(BoardLookupError) -> ScoreStore {
        try Self.board(await entry(of: id, on: eventLoop))
    }

    /// Before a write that nothing else stands in the way of: the board gets its place among those that there may be.
    package func makeRoom(
        for unmade: UnmadeBoard,
        by maker: BoardMaker,
        on eventLoop: any EventLoop
    ) async throws(BoardLookupError) {
        let (store, id) = (unmade.store, unmade.store.board.id)
        var entry = try await entry(of: id, on: eventLoop)
        if entry.place == nil {
            let indexed = BoardIndex.Entry(store.board.definition, created: Self.now)
            do throws(ScoreStoreError) {
                entry.place = try await templateBoards.takePlace(for: id, indexed, by: maker, on: eventLoop)
            } catch { throw .store(error) }
            if case .tooMany(let seconds) = entry.place { throw .tooManyNewBoards(retryAfter: seconds) }
            known.withLock { if $0.last(of: id) != nil { $0.keep(entry, of: id, now: .now()) } }
        }
        if case .full(let maximum) = entry.place { throw .boardsLimit(maximum) }
    }

    /// Another definition holds than the one that was found last; or a template has just made the board.
    package func forget(_ id: BoardID) {
        looks.withLock { looks in
            looks.ofBoards[id] = nil
            known.withLock { $0.forget(id) }
            if id == .main { mainIsPublic.store(false, ordering: .releasing) }
        }
    }

    /// Of each board that a changed template covers.
    func forgetAll() {
        looks.withLock { looks in
            looks.ofBoards.removeAll()
            known.withLock { $0.forgetAll() }
            mainIsPublic.store(false, ordering: .releasing)
        }
        listing.withLock { $0 = nil }
    }

    private static func board(_ entry: KnownBoards.Entry) throws(BoardLookupError) -> ScoreStore {
        switch entry.found {
        case .board(let store, _): return store
        case .nobody: throw .notFound
        case .deleting: throw .deleting
        case .unreadable: throw .store(.unsoundBoard("the board's definition cannot be read"))
        }
    }

    private func entry(of id: BoardID, on eventLoop: any EventLoop) async throws(BoardLookupError) -> KnownBoards.Entry
    {
        if let entry = known.withLock({ $0.entry(of: id, now: .now()) }) { return entry }
        let look = looks.withLock { looks in
            if let look = looks.ofBoards[id]?.look { return look }
            looks.count += 1
            let number = looks.count
            let look = Look {
                let result = await self.look(for: id, on: eventLoop)
                self.end(number, of: id, result)
                return result
            }
            looks.ofBoards[id] = (number, look)
            return look
        }
        do { return try await look.value.get() } catch { throw .store(error) }
    }
}

/// Why there is no board to work on.
package enum BoardLookupError: Error, Sendable, Equatable {
    /// Nobody defined it, and no template covers its name.
    case notFound
    /// Somebody is deleting it.
    case deleting
    /// A template covers the name, but there are as many boards as there may be.
    case boardsLimit(Int)
    /// A template covers the name, but who asks has made as many boards as they may for now.
    case tooManyNewBoards(retryAfter: Int)
    case store(ScoreStoreError)
}

// What is asked of Redis.
extension Catalogue {
    /// What a look found is kept, unless the board was forgotten meanwhile.
    private func end(_ number: Int, of id: BoardID, _ result: Result<KnownBoards.Entry, ScoreStoreError>) {
        looks.withLock { looks in
            guard looks.ofBoards[id]?.number == number else { return }
            looks.ofBoards[id] = nil
            guard case .success(let entry) = result else { return }
            switch entry.found {
            case .board: functions.reports.isUsed(id)
            case .unreadable: functions.reports.metUnsound(id)
            case .nobody, .deleting: break
            }
            known.withLock { $0.keep(entry, of: id, now: .now()) }
            if id == .main { mainIsPublic.store(entry.isPublic, ordering: .releasing) }
        }
    }

    private func look(
        for id: BoardID,
        on eventLoop: any EventLoop
    ) async -> Result<KnownBoards.Entry, ScoreStoreError> {
        do throws(ScoreStoreError) {
            let last = known.withLock { $0.last(of: id) }
            var entry = KnownBoards.Entry(found: try await find(id, after: last?.found, on: eventLoop), until: .now())
            if case .board(let store, _) = entry.found, store.board.source == .board {
                let isSame =
                    if case .board(let before, _)? = last?.found { before.board === store.board } else { false }
                if isSame, let until = last?.indexedUntil, NIODeadline.now() < until { entry.indexedUntil = until }
                // An index that cannot be mended now is mended the next time.
                if entry.indexedUntil == nil,
                    (try? await note(.board(id), store.board.definition, on: eventLoop)) != nil
                {
                    entry.indexedUntil = NIODeadline.now() + Self.indexLifetime
                }
            }
            // Somebody who deletes it may make it again at once.
            if case .deleting = entry.found { return .success(entry) }
            entry.until = .now() + Self.lifetime
            return .success(entry)
        } catch {
            return .failure(error)
        }
    }

    private func find(
        _ id: BoardID,
        after last: KnownBoards.Found?,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> KnownBoards.Found {
        if let text = try await text(of: .board(id), on: eventLoop) {
            return store(id, text, from: .board, after: last)
        }
        if id == .main { return .board(main, text: []) }
        guard let template = try await index.first(of: id.coveringTemplates, on: eventLoop),
            let text = try await text(of: template, on: eventLoop)
        else { return .nobody }
        return store(id, text, from: .template, after: last)
    }

    /// The one that was made before, where nothing has changed.
    private func store(
        _ id: BoardID,
        _ text: [UInt8],
        from source: StoredBoard.Source,
        after last: KnownBoards.Found?
    ) -> KnownBoards.Found {
        if case .board(let store, text)? = last, store.board.source == source { return .board(store, text: text) }
        if text == DeletedBoard.mark { return .deleting }
        guard let definition = try? BoardDefinition(stored: text) else { return .unreadable }
        return .board(ScoreStore(functions, id, definition, from: source), text: text)
    }

    /// What the key of a definition has.
    func text(
        of name: DefinitionName,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [UInt8]? {
        let keys = BoardKeys(board: "\(name)", in: functions.options.keySpace)
        let reply = try await functions.sendRepeatably(RedisCommand("GET", keys.board), on: eventLoop)
        if case .string(let text) = reply { return text }
        return nil
    }

    /// Puts a name into the index before its definition is stored, so that never more are stored than there may be, on however many
    /// instances at once.
    /// - Returns: false: there are as many already, and this is none of them.
    func takePlace(
        _ name: DefinitionName,
        _ definition: BoardDefinition,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        let entry = BoardIndex.Entry(definition, created: Self.now)
        return try await index.takePlace(name, entry, maximum: maximumBoards, on: eventLoop)
    }

    /// Milliseconds since 1970.
    static var now: Int { Int(clamping: Date.now.timeIntervalSince1970 * 1000) }
}
