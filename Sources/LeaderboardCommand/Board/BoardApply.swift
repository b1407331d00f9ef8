import Text
import ArgumentParser
import Leaderboard
import SystemPackage

/// `leaderboard board apply FILE [--dry-run | --yes]`
struct BoardApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make definitions what a file says: for repositories and CI.",
        discussion: """
            The file is a JSON list of definitions, each with its name; what a definition does not say is as by default, and its \
            version does not matter. What is not in the file stays. It prints what it will change, and asks; where nobody can be \
            asked it needs --yes. Nothing is changed before the whole file can be read. What a board does not take, as order and \
            ties of one that has users, keeps no other from it. Who was interrupted applies again.
            """
    )

    /// Ten thousand of the longest.
    private static let maximumBytes = 64 << 20

    @OptionGroup var service: OperatorService

    @Argument(help: "The definitions; - for standard input.")
    var file: String

    @OptionGroup var consent: Consent

    func run() async throws {
        let wanted = try Self.definitions(in: file)
        let definitions = DefinitionService(service)
        var changes: [Change] = []
        for named in wanted {
            let held = try await definitions.held(named.name)
            let change = Change(wanted: named, held: held?.definition)
            guard !change.words.isEmpty else { continue }
            print(change.words.printable)
            changes.append(change)
        }
        guard !changes.isEmpty else {
            return print("Nothing to change: \(wanted.count.counted("definition")) as in the file.")
        }
        let count = changes.count.counted("definition")
        guard try consent.isGiven("Make or change \(count)?") else { return }
        var failures: [String] = []
        for change in changes {
            do {
                _ = try await definitions.put(
                    change.wanted.definition,
                    as: change.wanted.name,
                    replacing: change.held?.version
                )
            } catch { failures.append("\(change.wanted.name): \(inWords(error))") }
        }
        guard failures.isEmpty else {
            let lines = ["\(changes.count - failures.count) of \(count) made or changed"] + failures
            throw CommandFailure(lines.map(\.printable).joined(separator: "\n  "))
        }
        print("\(count) made or changed.")
    }

    private struct Change {
        let wanted: NamedDefinition
        let held: BoardDefinition?

        /// Empty: it is so already.
        var words: String {
            guard let held else { return "\(wanted.name): new" }
            let changes = wanted.definition.changes(from: held)
            return changes.isEmpty ? "" : "\(wanted.name): \(changes.joined(separator: ", "))"
        }
    }

    /// All that is wrong with any of them is told at once.
    static func definitions(in file: String) throws -> [NamedDefinition] {
        let bytes = try read(file)
        let value: JSONValue
        do { value = try JSONValue(json: bytes, maximumBytes: maximumBytes) } catch {
            throw CommandFailure("\(file) is no JSON: \(error)")
        }
        guard let list = value.array else { throw CommandFailure("\(file) must be a JSON list of definitions") }
        var (definitions, faults): ([NamedDefinition], [String]) = ([], [])
        var names: Set<DefinitionName> = []
        for (index, element) in list.enumerated() {
            do {
                let named = try NamedDefinition(element)
                if !names.insert(named.name).inserted { faults.append("\(named.name): it is there twice") }
                definitions.append(named)
            } catch {
                let place = element.object?["name"]?.string ?? "definition \(index + 1)"
                faults.append("\(place): \(error)")
            }
        }
        guard faults.isEmpty else {
            let lines = ["\(file) cannot be applied; nothing was changed"] + faults
            throw CommandFailure(lines.map(\.printable).joined(separator: "\n  "))
        }
        return definitions
    }

    private static func read(_ path: String) throws -> [UInt8] {
        do {
            guard path != "-" else { return try read(FileDescriptor.standardInput, path) }
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            return try file.closeAfter { try read(file, path) }
        } catch let error as Errno {
            throw CommandFailure("\(path) cannot be read: \(error)")
        }
    }

    private static func read(_ file: FileDescriptor, _ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= maximumBytes {
            // SAFETY: the read fills at most the buffer that it is given, and says how much of it.
            let count = try unsafe piece.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            if count == 0 { return bytes }
            bytes += piece.prefix(count)
        }
        throw CommandFailure("\(path) is larger than \(maximumBytes) bytes")
    }
}
