import FoundationEssentials
import Leaderboard
import SystemPackage

import Glibc

/// A folder with a backup of each board (`NAME.ndjson`) and all definitions (`definitions.json`, as `leaderboard board apply` takes
/// them). It gets its name when it is complete: until then it is `FOLDER.partial`, of which every file is whole. For its owner alone.
struct BackupFolder {
    static let definitions = "definitions.json"
    private static let suffix = ".ndjson"

    let path: String

    init(_ path: String) throws {
        // With a slash at its end it would be `FOLDER/.partial`.
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path = String(path.dropLast()) }
        guard !path.isEmpty, path != "-" else { throw CommandFailure("a backup of all boards is a folder: name one") }
        self.path = path
    }

    /// The backup's file of a board. A board's name is one of a file, too.
    func file(of id: BoardID) -> String { "\(path)/\(id)\(Self.suffix)" }

    var definitionsFile: String { "\(path)/\(Self.definitions)" }

    /// The boards of which it has a backup, by name; other files are nobody's.
    /// - Throws: where it is no folder of backups, or none that is complete.
    func boards() throws -> [BoardID] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw CommandFailure("\(path) cannot be read as a folder")
        }
        guard names.contains(Self.definitions) else {
            throw CommandFailure("\(path) is no backup of all boards: it has no \(Self.definitions)")
        }
        return names.filter { $0.hasSuffix(Self.suffix) }
            .compactMap { try? BoardID(String($0.dropLast(Self.suffix.count))) }
            .sorted { $0.rawValue < $1.rawValue }
    }

    /// Runs `body` on a folder that is empty, and takes this one's name when that has ended. Where it fails, and where SIGINT, SIGTERM
    /// or SIGHUP ends it, nothing stays; what a `kill -9` left is taken away the next time.
    func make<Value>(_ body: (BackupFolder) async throws -> Value) async throws -> Value {
        try checkPlace()
        let partial = try BackupFolder(path + ".partial")
        try partial.checkLeftovers()
        partial.takeAway()
        // SAFETY: here and below, the strings live as long as the call, which fills at most the variable that it is given.
        guard unsafe mkdir(partial.path, 0o700) == 0 else { throw failure(Errno(rawValue: errno)) }
        let interruptions = Interruptions { partial.takeAway() }
        defer { interruptions.end() }
        do {
            let value = try await body(partial)
            guard unsafe rename(partial.path, path) == 0 else { throw failure(Errno(rawValue: errno)) }
            return value
        } catch {
            partial.takeAway()
            throw error
        }
    }

    /// Before anything is read: the place is free.
    private func checkPlace() throws {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder, (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true else {
            throw CommandFailure("\(path) is there, and is no empty folder: name another one")
        }
    }

    /// What an earlier backup left may be taken away, and nothing else.
    private func checkLeftovers() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let areOurs = names.allSatisfy {
            $0 == Self.definitions || $0.hasSuffix(Self.suffix) || $0.hasSuffix(".partial")
        }
        guard areOurs else { throw CommandFailure("\(path) is there, and is not what a backup has left: move it away") }
    }

    private func takeAway() { try? FileManager.default.removeItem(atPath: path) }

    private func failure(_ error: Errno) -> CommandFailure {
        let parent = FilePath(path).removingLastComponent()
        guard error == .noSuchFileOrDirectory, !parent.isEmpty,
            !FileManager.default.fileExists(atPath: parent.string)
        else { return CommandFailure("the backup is not written to \(path): \(error)") }
        return CommandFailure("the backup is not written to \(path): there is no folder \(parent): make it first")
    }
}
