import Board
import Text

/// Where boards are kept in a Redis that they share with others: what their keys begin with, and in which database. Boards of two
/// key spaces have neither a key nor a channel in common.
package struct KeySpace: Sendable, Equatable {
    /// Nothing stands before the keys, in database 0.
    package static let standard = KeySpace()

    /// Empty, or 1 to 64 characters of `A-Z a-z 0-9 _ . : -`: none that is special in a hash tag, a glob pattern or a rule of an ACL.
    package let prefix: String
    package let database: Int

    private init() {
        prefix = ""
        database = 0
    }

    /// - Parameter prefix: nil for none.
    package init(prefix: String?, database: Int = 0) throws(InvalidKeyPrefix) {
        if let prefix {
            guard (1...64).contains(prefix.utf8.count), prefix.utf8.allSatisfy(Self.allows) else {
                throw InvalidKeyPrefix()
            }
        }
        self.prefix = prefix ?? ""
        self.database = database
    }

    private static func allows(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "_.:-".utf8.contains(byte)
    }

    /// What the keys of a board begin with: `lb:{main}:`, `game:lb:{game:main}:`. The prefix is in the hash tag as well, or boards of
    /// the same name would share a slot of a cluster.
    func begin(of board: String) -> String {
        prefix.isEmpty ? "lb:{\(board)}:" : "\(prefix):lb:{\(prefix):\(board)}:"
    }

    /// The hash that says which boards there are.
    var index: String { prefix.isEmpty ? "lb:boards" : "\(prefix):lb:boards" }

    /// The keys of all definitions, as a pattern.
    var everyDefinition: String { begin(of: "*") + "board" }

    /// Whose definition the key is; nil: it is another key.
    package func definition(ofKey key: String) -> DefinitionName? {
        let ends = everyDefinition.parts(at: "*")
        guard ends.count == 2, key.hasPrefix(ends[0]), key.hasSuffix(ends[1]) else { return nil }
        return try? DefinitionName(key.dropFirst(ends[0].count).dropLast(ends[1].count))
    }

    /// The bucket of an address' requests without a valid token, whatever board they were for; gone when it is full. It lies beside
    /// ``BoardID/main``, where earlier releases have it.
    package func address(_ address: String) -> String { begin(of: BoardID.main.rawValue) + "address:" + address }

    /// A ticket, under the hash of its text, and the bucket of who asks for tickets: on a slot of their own, of which no board can be.
    func ticket(_ digest: String) -> String { begin(of: "@tickets") + digest }
    func ticketLimit(_ user: UserID) -> String { begin(of: "@tickets") + "limit:" + user.rawValue }

    /// The buckets of who makes boards of templates, by user and by address; gone when they are full.
    func maker(_ user: UserID) -> String { begin(of: BoardID.main.rawValue) + "maker:user:" + user.rawValue }
    func maker(address: String) -> String { begin(of: BoardID.main.rawValue) + "maker:address:" + address }

    /// The keys of all boards, and their channels, as rules of an ACL have them.
    var everyKey: String { begin(of: "*") + "*" }
    var everyChannel: String { begin(of: "*") + channel }

    /// What the board's channel ends with. A channel is one for all databases of a server, so that of another than 0 is told apart.
    var channel: String { database == 0 ? "events" : "events:\(database)" }
}

package struct InvalidKeyPrefix: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String { "must be 1 to 64 characters of A-Z a-z 0-9 _ . : -" }
}
