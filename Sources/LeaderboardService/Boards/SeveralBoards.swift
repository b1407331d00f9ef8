import Board
import HTTPServer
import Leaderboard
import NIOCore

/// Reads of several boards for one request, all at once: each is of its own moment.
extension RequestedBoard {
    /// A JSON list of what was read, in the order of the boards; or why the first of them that cannot be read cannot. One token
    /// is for all that are private, and is looked at once.
    /// - Parameter closed: what is answered of one that is frozen, and since when.
    func list(
        of ids: [BoardID],
        for request: Request,
        owner: UserID? = nil,
        closed: @escaping @Sendable (BoardID, _ since: Int) -> ByteBuffer,
        _ body: @escaping @Sendable (BoardID, ScoreStore) async throws(ScoreStoreError) -> ByteBuffer?
    ) async throws(Refusal) -> ByteBuffer {
        let visibilities = try await each(of: ids) { id throws(Refusal) in
            let visibility = try await board(id, request).board.definition.visibility
            // One that is hidden is refused as one that is not there, and in its turn.
            if visibility == .members { try await allowReading(id, request) }
            return visibility
        }
        let hasPrivate = visibilities.contains(.private)
        if hasPrivate { _ = try await callers.token(of: request) }
        let parts = try await each(of: ids) { id throws(Refusal) in
            try await read(
                id,
                for: request,
                isKnown: hasPrivate,
                owner: owner,
                closed: { closed(id, $0) }
            ) { store throws(ScoreStoreError) in
                try await body(id, store)
            }
        }
        var list = BoardJSON.List()
        for part in parts { list.add(part) }
        return list.end()
    }

    private func each<Value: Sendable>(
        of ids: [BoardID],
        _ find: @escaping @Sendable (BoardID) async throws(Refusal) -> Value
    ) async throws(Refusal) -> [Value] {
        let found = await ids.mapAllAtOnce { id -> Result<Value, Refusal> in
            do throws(Refusal) { return .success(try await find(id)) } catch { return .failure(error) }
        }
        var values: [Value] = []
        for one in found { values.append(try one.get()) }
        return values
    }
}
