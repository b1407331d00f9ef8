import Text
import NIOCore
import RedisClient

/// The hash `lb:boards`: which definitions there are, for lists and to count them. What a board is, its own key says; this is written
/// beside it, in another slot, and mended when it is found to be wrong.
struct BoardIndex: Sendable {
    /// What it has of one name.
    struct Entry: Equatable {
        var version: String
        var title: String
        var visibility: BoardDefinition.Visibility
        /// Milliseconds since 1970.
        var created: Int
    }

    let functions: FunctionCalls
    private let key: String

    init(_ functions: FunctionCalls) {
        self.functions = functions
        key = functions.options.keySpace.index
    }

    func put(_ name: DefinitionName, _ entry: Entry, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        var command = RedisCommand("HSET", key, "\(name)")
        command.append(Array(entry.text.readableBytesView))
        _ = try await ask(command, on: eventLoop)
    }

    /// Puts in what is not in it, if there are fewer than `maximum`.
    /// - Returns: whether it is in it now.
    func takePlace(
        _ name: DefinitionName,
        _ entry: Entry,
        maximum: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        var call = RedisCommand("FCALL", "leaderboard_take_place", "1", key, "\(name)")
        call.append(Array(entry.text.readableBytesView))
        call.append(maximum)
        switch try await ask(call, on: eventLoop).array?.first?.text {
        case "there", "taken": return true
        case "full": return false
        default: throw .unavailable("unexpected reply")
        }
    }

    func remove(_ name: DefinitionName, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        _ = try await ask(RedisCommand("HDEL", key, "\(name)"), on: eventLoop)
    }

    func has(_ name: DefinitionName, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        try await ask(RedisCommand("HGET", key, "\(name)"), on: eventLoop) != .null
    }

    func entry(of name: DefinitionName, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Entry? {
        Entry(try await ask(RedisCommand("HGET", key, "\(name)"), on: eventLoop))
    }

    /// The first of the names that is in it.
    func first(of names: [DefinitionName], on eventLoop: any EventLoop) async throws(ScoreStoreError) -> DefinitionName?
    {
        var command = RedisCommand("HMGET", key)
        for name in names { command.append("\(name)") }
        guard let values = try await ask(command, on: eventLoop).array, values.count == names.count else {
            throw .unavailable("unexpected reply")
        }
        return zip(names, values).first { $0.1 != .null }?.0
    }

    /// By name. What is no name of a definition is another writer's.
    func all(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [(name: DefinitionName, entry: Entry?)] {
        guard let fields = try await ask(RedisCommand("HGETALL", key), on: eventLoop).array else {
            throw .unavailable("unexpected reply")
        }
        return stride(from: 0, to: fields.count - 1, by: 2)
            .compactMap { index in
                guard let text = fields[index].text, let name = try? DefinitionName(text) else { return nil }
                return (name, Entry(fields[index + 1]))
            }
            .sorted { "\($0.name)".utf8.lexicographicallyPrecedes("\($1.name)".utf8) }
    }

    /// Whatever is written may be written twice.
    private func ask(_ command: RedisCommand, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> RESPValue {
        try await functions.sendRepeatably(command, on: eventLoop)
    }
}

extension BoardIndex.Entry {
    static let maximumBytes = 4096

    init(_ definition: BoardDefinition, created: Int) {
        self.init(
            version: definition.version,
            title: definition.title,
            visibility: definition.visibility,
            created: created
        )
    }

    /// Nil of what is none.
    fileprivate init?(_ reply: RESPValue) {
        guard case .string(let text) = reply,
            let object = try? JSONValue(json: text, maximumBytes: Self.maximumBytes).object,
            let version = object["version"]?.string,
            let visibility = object["visibility"]?.string.flatMap(BoardDefinition.Visibility.init(rawValue:)),
            let created = object["created"]?.integer
        else { return nil }
        self.init(
            version: version,
            title: object["title"]?.string ?? "",
            visibility: visibility,
            created: created
        )
    }

    fileprivate var text: ByteBuffer {
        var text = ByteBuffer(string: #"{"version":"\#(version)","title":"#)
        text.writeJSON(title)
        text.writeString(#","visibility":"\#(visibility.rawValue)","created":\#(created)}"#)
        return text
    }
}
