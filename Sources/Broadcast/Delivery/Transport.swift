package import NIOCore

/// How messages travel to one kind of subscriber: what a message looks like on the wire, and how its connection ends.
/// There are two, WebSocket and Server-Sent Events; both hand raw bytes to their channel.
package struct Transport: Sendable {
    /// The label in the metrics, and the identity: two transports of one name are the same one.
    package let name: String
    /// The bytes for a message that brings its reader to `cursor`. Called once for all subscribers, on any loop.
    package let frame: @Sendable (_ message: ByteBuffer, _ cursor: Cursor) -> ByteBuffer
    /// Ends the connection, telling the peer why. Called on the channel's loop.
    package let end: @Sendable (_ channel: any Channel, _ reason: EndReason) -> Void

    package init(
        name: String,
        frame: @escaping @Sendable (_ message: ByteBuffer, _ cursor: Cursor) -> ByteBuffer,
        end: @escaping @Sendable (_ channel: any Channel, _ reason: EndReason) -> Void
    ) {
        self.name = name
        self.frame = frame
        self.end = end
    }
}

/// Why the broadcaster ends a connection.
package enum EndReason: Sendable, Equatable {
    /// It did not drain its backlog in time.
    case tooSlow
}

/// What a subscriber wants to see.
package enum View: Sendable, Equatable {
    /// Every change.
    case all
    /// The first rows, when they changed.
    case top
    /// The changes of these users with their ranks. At most 20; more are cut off.
    case users([String])
}

/// Subscribers that get the same bytes.
struct Group: Sendable, Hashable {
    enum Kind: Int, CaseIterable, Sendable { case all, top, users }
    let kind: Kind
    let transport: Int

    /// Its place in a shard's array of groups.
    var index: Int { transport * Kind.allCases.count + kind.rawValue }
}

extension View {
    var kind: Group.Kind {
        switch self {
        case .all: .all
        case .top: .top
        case .users: .users
        }
    }
}
