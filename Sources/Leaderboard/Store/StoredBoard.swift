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
    let writeHead: WriteHead

    init(_ id: BoardID, _ definition: BoardDefinition, from source: Source, options: StoreOptions) {
        self.id = id
        self.definition = definition
        self.source = source
        keys = BoardKeys(board: id.rawValue, in: options.keySpace)
        calls = StoreCalls(keys: keys, definition: definition, options: options)
        given = source == .board ? "" : String(buffer: definition.stored)
        writeHead = WriteHead(keys, definition, given: given, isStored: source == .template, options)
    }
}
