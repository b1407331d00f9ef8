import Text
import Board
import NIOCore
import Seasons

/// What a message names on the paths that name a board.
struct Subject: Sendable, Equatable {
    let board: String
    var window: String?
    /// Of the window, where it has some.
    var season: String?
}

/// The JSON messages of the live endpoints; the contract is the design's section 2. On the paths that name a board they name
/// it too, and of a window its name and the season.
enum Message {
    /// The most bytes that a message has besides its changes.
    static let envelopeBytes = 512

    /// The most bytes that a change of this user takes in a message, the comma and a rank included.
    static func bound(ofChangeOf user: String) -> Int {
        140 + (user.isPlainInJSON ? user.utf8.count : 6 * user.utf8.count)
    }

    /// The first message of a subscriber, and the one that puts it right after a loss.
    /// - Parameter now: of a window, when it is made.
    static func snapshot(
        _ published: Published,
        of subject: Subject? = nil,
        now: NIODeadline = .uptimeNanoseconds(0)
    ) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(128 + published.top.count * 64)
        message.writeStaticString("{\"type\":\"snapshot\"")
        message.write(subject, published.cursor)
        if let shown = published.season { message.write(shown.season, shown.clock.microseconds(at: now)) }
        message.write(frozenSince: published.frozenSince)
        message.writeStaticString(",\"scoreboard\":")
        message.write(published.top)
        message.writeStaticString("}")
        return message
    }

    /// The first message of a subscriber to some users: the snapshot, and where these users stand.
    /// `score` and `rank` are null for a user who is not on the board.
    static func snapshot(
        _ published: Published,
        users: [UserStanding],
        of subject: Subject? = nil,
        now: NIODeadline = .uptimeNanoseconds(0)
    ) -> ByteBuffer {
        var message = snapshot(published, of: subject, now: now)
        message.moveWriterIndex(to: message.writerIndex - 1)
        message.writeStaticString(",\"users\":[")
        for (index, standing) in users.enumerated() {
            message.writeStaticString(index == 0 ? "{\"user_id\":" : ",{\"user_id\":")
            message.writeJSON(standing.user)
            message.writeStaticString(",\"score\":")
            message.writeJSON(standing.score)
            message.writeStaticString(",\"rank\":")
            message.writeJSON(standing.rank)
            message.writeStaticString("}")
        }
        message.writeStaticString("]}")
        return message
    }

    /// The standings of `View.top`, sent when they changed.
    static func scoreboard(_ published: Published, of subject: Subject? = nil) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(128 + published.top.count * 64)
        message.writeStaticString("{\"type\":\"scoreboard\"")
        message.write(subject, published.cursor)
        message.write(frozenSince: published.frozenSince)
        message.writeStaticString(",\"scoreboard\":")
        message.write(published.top)
        message.writeStaticString("}")
        return message
    }

    /// A season is over: how it ended, and which one follows. Of the place that was shown last, so that who comes back from there
    /// gets a snapshot.
    static func season(_ turn: SeasonTurn, of subject: Subject, now: NIODeadline) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(512 + turn.ended.top.count * 64)
        message.writeStaticString("{\"type\":\"season\"")
        message.write(subject, turn.cursor)
        message.write(turn.season, turn.clock.microseconds(at: now))
        message.writeStaticString(turn.ended.isFinal ? ",\"final\":true" : ",\"final\":false")
        message.writeStaticString(",\"total\":")
        message.writeJSON(turn.ended.total)
        message.writeStaticString(",\"scoreboard\":")
        message.write(turn.ended.top)
        message.writeStaticString(",\"next\":{\"season\":")
        message.writeJSON(turn.next.id)
        message.write(turn.next)
        message.writeStaticString("}}")
        return message
    }

    /// `from` is never more than one beyond the cursor that the subscriber had before.
    static func changes(to cursor: Cursor, from: Int, _ changes: MergedChanges, of subject: Subject? = nil)
        -> ByteBuffer
    {
        var message = opening(to: cursor, from: from, of: subject, capacity: 96 + changes.count * 80)
        var isFirst = true
        for change in changes.changes {
            if !isFirst { message.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            message.write(change)
            message.writeInteger(UInt8(ascii: "}"))
        }
        message.writeStaticString("]}")
        return message
    }

    /// A message of changes that were encoded before, each by `change(_:rank:)`: for those who follow some users only.
    static func changes(
        to cursor: Cursor,
        from: Int,
        encoded: some Collection<ByteBuffer>,
        of subject: Subject? = nil
    ) -> ByteBuffer {
        let capacity = 96 + encoded.reduce(0) { $0 + $1.readableBytes + 1 }
        var message = opening(to: cursor, from: from, of: subject, capacity: capacity)
        var isFirst = true
        for change in encoded {
            if !isFirst { message.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            message.writeImmutableBuffer(change)
        }
        message.writeStaticString("]}")
        return message
    }

    /// One change with the user's rank, which is null when it could not be found out in time.
    static func change(_ change: PlacedChange, rank: Int?) -> ByteBuffer {
        var encoded = ByteBuffer()
        encoded.reserveCapacity(128)
        encoded.write(change)
        encoded.writeStaticString(",\"rank\":")
        encoded.writeJSON(rank)
        encoded.writeStaticString("}")
        return encoded
    }

    private static func opening(to cursor: Cursor, from: Int, of subject: Subject?, capacity: Int) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(capacity)
        message.writeStaticString("{\"type\":\"changes\"")
        message.write(subject, cursor)
        message.writeStaticString(",\"from\":")
        message.writeJSON(from)
        message.writeStaticString(",\"changes\":[")
        return message
    }
}

extension ByteBuffer {
    /// What follows the type.
    fileprivate mutating func write(_ subject: Subject?, _ cursor: Cursor) {
        if let subject {
            writeStaticString(",\"board\":")
            writeJSON(subject.board)
        }
        if let window = subject?.window {
            writeStaticString(",\"window\":")
            writeJSON(window)
        }
        if let season = subject?.season {
            writeStaticString(",\"season\":")
            writeJSON(season)
        }
        writeStaticString(",\"cursor\":")
        writeJSON(cursor.description)
    }

    /// In milliseconds since 1970; an end that nobody knows is null.
    fileprivate mutating func write(_ season: Season) {
        writeStaticString(",\"from\":")
        writeJSON(season.from / 1000)
        writeStaticString(",\"until\":")
        writeJSON(season.isOpen ? nil : season.until / 1000)
    }

    /// - Parameter now: Redis' clock, in microseconds since 1970.
    fileprivate mutating func write(_ season: Season, _ now: Int) {
        write(season)
        writeStaticString(",\"now\":")
        writeJSON(now / 1000)
    }

    fileprivate mutating func write(_ standings: [Standing]) {
        writeStaticString("[")
        for (index, standing) in standings.enumerated() {
            writeStaticString(index == 0 ? "{\"user_id\":" : ",{\"user_id\":")
            writeJSON(standing.user)
            writeStaticString(",\"score\":")
            writeJSON(standing.score)
            writeStaticString("}")
        }
        writeStaticString("]")
    }

    /// All but the closing brace.
    fileprivate mutating func write(_ change: PlacedChange) {
        writeStaticString("{\"user_id\":")
        writeJSON(change.user)
        writeStaticString(",\"score\":")
        writeJSON(change.score)
        writeStaticString(",\"score_increase\":")
        writeJSON(change.increase)
        writeStaticString(",\"seq\":")
        writeJSON(change.seq)
    }
}
