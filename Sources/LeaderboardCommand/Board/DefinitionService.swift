import Board
import Text
import Leaderboard
import LeaderboardService
import NIOCore
import NIOHTTP1

/// A definition with its name.
struct NamedDefinition {
    let name: DefinitionName
    let definition: BoardDefinition
    /// No member of a definition that an operator writes: freeze and reveal change it.
    let frozenSince: Int?

    var isFrozen: Bool { frozenSince != nil }

    /// As a file, or an answer of the service, has it.
    init(_ value: JSONValue) throws {
        guard let object = value.object else { throw CommandFailure("it must be a JSON object") }
        guard let text = object["name"]?.string else {
            throw CommandFailure("name must be the board's, or a template's")
        }
        name = try DefinitionName(text)
        var definition = try BoardDefinition(json: object, named: name)
        if let version = object["version"]?.string { definition.version = version }
        self.definition = definition
        frozenSince = object["frozen"].map { $0.integer ?? 0 }
    }

    var json: String {
        var shown = definition
        shown.frozenSince = frozenSince
        return String(buffer: shown.shown(as: name))
    }

    /// `speedrun  asc first best  private  version 7  "Speedrun"`
    var line: String {
        var parts = [
            "\(name)", "\(definition.order) \(definition.ties) \(definition.usualOperator)",
            definition.visibility.rawValue, "version \(definition.version)",
        ]
        if let frozenSince { parts.append("frozen since \(Moment.text(UInt64(clamping: frozenSince)))") }
        if !definition.title.isEmpty { parts.append("\"\(definition.title)\"") }
        return parts.joined(separator: "  ").printable
    }
}

/// The definitions of a running service, as an operator asks for them.
struct DefinitionService {
    struct Page {
        let definitions: [NamedDefinition]
        /// Names whose definitions cannot be read.
        let unreadable: [String]
        let next: String?
    }

    private static let path = "/boards"

    private let service: OperatorService

    init(_ service: OperatorService) {
        self.service = service
    }

    func page(after: String?) async throws -> Page {
        let query = after.map { "?after=\($0.percentEncoded())" } ?? ""
        let object = try Self.value(of: try await service.send(.GET, Self.path + query).success()).object
        guard let list = object?["boards"]?.array else { throw Self.notUnderstood }
        let unreadable = object?["unreadable"]?.array ?? []
        return Page(
            definitions: try list.map { try Self.named($0) },
            unreadable: unreadable.compactMap(\.string),
            next: object?["next"]?.string
        )
    }

    /// Nil: there is none.
    func held(_ name: DefinitionName) async throws -> NamedDefinition? {
        let answer = try await service.send(.GET, Self.path(of: name))
        if answer.code == "board_not_found" { return nil }
        return try Self.named(Self.value(of: try answer.success()))
    }

    func existing(_ name: DefinitionName) async throws -> NamedDefinition {
        guard let held = try await held(name) else { throw CommandFailure("there is no definition \(name)") }
        return held
    }

    /// How often a change is made anew, because somebody else changed the definition meanwhile.
    private static let maximumTries = 10

    /// Changes what holds, whatever else is changed at the same time.
    /// - Returns: what held before, and what holds now; the same where nothing is to be changed.
    func change(
        _ name: DefinitionName,
        _ change: (inout BoardDefinition) throws -> Void
    ) async throws -> (old: BoardDefinition, new: BoardDefinition) {
        for _ in 0..<Self.maximumTries {
            let old = try await existing(name).definition
            var new = old
            try change(&new)
            guard new != old else { return (old, old) }
            let answer = try await answer(to: new, as: name, replacing: old.version)
            if answer.code == "version_mismatch" { continue }
            return (old, try Self.named(Self.value(of: try Self.success(answer, name))).definition)
        }
        throw CommandFailure("others change \(name) all the time: nothing was changed, ask again")
    }

    /// - Parameter version: that it takes the place of; nil: there must be none.
    func put(
        _ definition: BoardDefinition,
        as name: DefinitionName,
        replacing version: String?
    ) async throws -> BoardDefinition {
        let answer = try await answer(to: definition, as: name, replacing: version)
        if answer.code == "board_exists", try await held(name) == nil {
            throw CommandFailure(
                "\(name) is being deleted: wait until it is gone, or end what was interrupted with leaderboard board delete \(name) --data"
            )
        }
        return try Self.named(Self.value(of: try Self.success(answer, name))).definition
    }

    private func answer(
        to definition: BoardDefinition,
        as name: DefinitionName,
        replacing version: String?
    ) async throws -> OperatorService.Answer {
        try await service.send(
            .PUT,
            Self.path(of: name),
            headers: [version.map { ("If-Match", "\"\($0)\"") } ?? ("If-None-Match", "*")],
            json: definition.shown(as: name)
        )
    }

    /// Whether anything is kept of the board, as far as its audit tells; a template has nothing.
    func isEmpty(_ name: DefinitionName) async throws -> Bool {
        guard !name.isTemplate else { return true }
        let body = try await service.send(.GET, Self.path(of: name) + "/audit?limit=1").success()
        guard let entries = try Self.value(of: body).object?["entries"]?.array else { throw Self.notUnderstood }
        return entries.isEmpty
    }

    func delete(_ name: DefinitionName, withData: Bool) async throws {
        let answer = try await service.send(.DELETE, Self.path(of: name) + (withData ? "?data=delete" : ""))
        _ = try Self.success(answer, name)
    }

    private static func success(_ answer: OperatorService.Answer, _ name: DefinitionName) throws -> ByteBuffer {
        if let words = answer.refusalWords(of: name) { throw CommandFailure(words.printable) }
        return try answer.success()
    }

    private static func path(of name: DefinitionName) -> String { "\(path)/\("\(name)".percentEncoded())" }

    private static func value(of body: ByteBuffer) throws -> JSONValue {
        do { return try JSONValue(json: body, maximumBytes: OperatorService.maximumAnswerBytes) } catch {
            throw notUnderstood
        }
    }

    private static func named(_ value: JSONValue) throws -> NamedDefinition {
        do { return try NamedDefinition(value) } catch { throw notUnderstood }
    }

    private static let notUnderstood = CommandFailure(
        "the service answered what this edition of the command does not understand"
    )
}
