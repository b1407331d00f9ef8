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
    /// - Parameters:
    ///   - now: of a window, when it is made.
    ///   - said: what users say of themselves, as far as it is known; nil: rows have nothing of that.
    static func snapshot(
        _ published: Published,
        of subject: Subject? = nil,
        said: [String: String?]? = nil,
        now: NIODeadline = .uptimeNanoseconds(0)
    ) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(128 + published.top.count * 64)
        message.writeStaticString("{\"type\":\"snapshot\"")
        message.write(subject, published.cursor)
        if let shown = published.season { message.write(shown.season, shown.clock.microseconds(at: now)) }
        message.write(published.frozen)
        message.writeStaticString(",\"scoreboard\":")
        message.write(published.top, covered: published.coveredRows, said)
        message.writeStaticString("}")
        return message
    }

    /// The first message of a subscriber to some users: the snapshot, and where these users stand.
    /// `score` and `rank` are null for a user who is not on the board.
    static func snapshot(
        _ published: Published,
        users: [UserStanding],
        of subject: Subject? = nil,
        said: [String: String?]? = nil,
        now: NIODeadline = .uptimeNanoseconds(0)
    ) -> ByteBuffer {
        var message = snapshot(published, of: subject, said: said, now: now)
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
    static func scoreboard(
        _ published: Published,
        of subject: Subject? = nil,
        said: [String: String?]? = nil
    ) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(128 + published.top.count * 64)
        message.writeStaticString("{\"type\":\"scoreboard\"")
        message.write(subject, published.cursor)
        message.write(published.frozen)
        message.writeStaticString(",\"scoreboard\":")
        message.write(published.top, covered: published.coveredRows, said)
        message.writeStaticString("}")
        return message
    }

    /// A season is over: how it ended, and which one follows; `null`: none does. Of the place that was shown last, so that who comes back from there
    /// gets a snapshot.
    static func season(
        _ turn: SeasonTurn,
        of subject: Subject,
        said: [String: String?]? = nil,
        now: NIODeadline
    ) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(512 + turn.ended.top.count * 64)
        message.writeStaticString("{\"type\":\"season\"")
        message.write(subject, turn.cursor)
        message.write(turn.season, turn.clock.microseconds(at: now))
        message.writeStaticString(turn.ended.isFinal ? ",\"final\":true" : ",\"final\":false")
        message.writeStaticString(",\"total\":")
        message.writeJSON(turn.ended.total)
        message.writeStaticString(",\"scoreboard\":")
        message.write(turn.ended.top, covered: 0, said)
        if let next = turn.next {
            message.writeStaticString(",\"next\":{\"season\":")
            message.writeJSON(next.id)
            message.write(next)
            message.writeStaticString("}}")
        } else {
            message.writeStaticString(",\"next\":null}")
        }
        return message
    }

    /// What users say of themselves now, who are among the rows; null: nothing.
    static func metadata(_ users: [(user: String, said: String?)], of subject: Subject?) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(128 + users.count * 128)
        message.writeStaticString("{\"type\":\"metadata\"")
        message.write(subject)
        message.writeStaticString(",\"users\":[")
        for (index, (user, said)) in users.enumerated() {
            message.writeStaticString(index == 0 ? "{\"user_id\":" : ",{\"user_id\":")
            message.writeJSON(user)
            message.write(said: said)
            message.writeStaticString("}")
        }
        message.writeStaticString("]}")
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
    mutating func write(_ subject: Subject?, _ cursor: Cursor) {
        write(subject)
        writeStaticString(",\"cursor\":")
        writeJSON(cursor.description)
    }

    fileprivate mutating func write(_ subject: Subject?) {
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

    /// - Parameters:
    ///   - covered: so many places before the rows are not shown yet.
    ///   - said: as far as it is known; nil: it is not told.
    fileprivate mutating func write(_ standings: [Standing], covered: Int, _ said: [String: String?]?) {
        writeStaticString("[")
        for place in 0..<covered {
            writeStaticString(place == 0 ? "{\"rank\":" : ",{\"rank\":")
            writeJSON(place + 1)
            writeStaticString(",\"hidden\":true}")
        }
        for (index, standing) in standings.enumerated() {
            writeStaticString(index + covered == 0 ? "{\"user_id\":" : ",{\"user_id\":")
            writeJSON(standing.user)
            writeStaticString(",\"score\":")
            writeJSON(standing.score)
            if let said { write(said: said[standing.user] ?? nil) }
            writeStaticString("}")
        }
        writeStaticString("]")
    }

    /// - Parameter said: JSON that we wrote.
    fileprivate mutating func write(said: String?) {
        writeStaticString(",\"metadata\":")
        if let said { writeString(said) } else { writeStaticString("null") }
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
