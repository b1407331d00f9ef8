import Text

import Glibc

/// Who has a data directory, as it says of itself in the file of its lock.
package struct DirectoryHolder: Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// Runs its Redis until it is stopped.
        case service
        /// Runs one for a moment, for an operator: services and further commands use it as well meanwhile.
        case command
    }

    let kind: Kind
    /// As that process knows itself. Nil: an edition that did not say.
    let process: Int32?

    init(_ kind: Kind, process: Int32?) {
        self.kind = kind
        self.process = process
    }

    var isCommand: Bool { kind == .command }

    package var description: String {
        (isCommand ? "a leaderboard command" : "another leaderboard service")
            + (process.map { " (process \($0))" } ?? "")
    }

    /// Who holds the lock at `path` now; what is not said is a service.
    static func read(_ path: String) -> DirectoryHolder {
        let words = ((try? SmallFile.text(of: path, maximum: 256)) ?? "").trimmingBlanks().parts(at: " ")
        guard words.count == 2, let kind = Kind(rawValue: String(words[0])) else {
            return .init(.service, process: nil)
        }
        return .init(kind, process: words.last.flatMap { pid_t($0) })
    }

    /// Says who this process is, in the file of a lock that it has. Where the disk is full nobody is told.
    static func write(_ kind: Kind, into lock: FileLock) {
        let text = Array("\(kind.rawValue) \(getpid())\n".utf8)
        guard ftruncate(lock.descriptor, 0) == 0 else { return }
        // SAFETY: the bytes live as long as the call.
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(lock.descriptor, $0.baseAddress, $0.count, 0) }
    }
}
