import NIOCore

/// One board as its calls need it: the name, the keys, the rules, and what of a call never changes, encoded once. Made without asking
/// anybody, and never changed: a board whose definition changes is another one.
package final class StoredBoard: Sendable {
    /// Where its definition comes from.
    package enum Source: Sendable {
        /// Its own key has it.
        case board
        /// The environment says it; nobody has stored one.
        case environment
        /// Nobody has made the board: its first update does, by this template.
        case template
    }

    package let id: BoardID
    package let keys: BoardKeys
    /// As far as the caller knows: the key may have had another one since.
    package let definition: BoardDefinition
    package let source: Source
    /// The definition that holds where the board's key has none; empty: then there is no such board.
    let given: String
    let calls: StoreCalls
    /// Of a board whose windows end, that of no seasons, which is not sent.
    let writeHead: WriteHead
    /// Nil: no window of the board ends.
    package let seasons: BoardSeasons?

    /// - Parameters:
    ///   - calendar: nil: that of the definition.
    ///   - clock: microseconds since 1970.
    init(
        _ id: BoardID,
        _ definition: BoardDefinition,
        from source: Source,
        options: StoreOptions,
        calendar: WindowCalendar? = nil,
        clock: () -> Int = BoardSeasons.systemClock
    ) {
        self.id = id
        self.definition = definition
        self.source = source
        let keys = BoardKeys(board: id.rawValue, in: options.keySpace)
        let given = source == .board ? "" : String(buffer: definition.stored)
        let isStored = source == .template
        self.keys = keys
        self.given = given
        calls = StoreCalls(keys: keys, definition: definition, options: options)
        writeHead = WriteHead(keys, definition, given: given, isStored: isStored, options)
        seasons = (calendar ?? WindowCalendar(definition)).map { calendar in
            BoardSeasons(calendar, clock: clock) { seasons in
                WriteHead(keys, definition, in: seasons, given: given, isStored: isStored, options)
            }
        }
    }
}
