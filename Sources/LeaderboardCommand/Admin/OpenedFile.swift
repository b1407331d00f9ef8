import SystemPackage
import Text

import Glibc

/// What a command writes into as it goes: standard output, or what is no regular file of its own name (``UnfinishedFile/mayReplace(_:)``):
/// a pipe, a device, or what a link leads to. A regular file behind a link becomes its owner's alone, as a new one is.
enum OpenedFile {
    /// What has the file of standard output under another name, `/dev/stdout` say, is standard output: written where that stands, and left
    /// as open to others as the caller made it.
    static func isStandardOutput(_ path: String) -> Bool {
        var (named, output) = (stat(), stat())
        // SAFETY: the calls fill the local variables that they are given.
        guard unsafe stat(path, &named) == 0, unsafe fstat(STDOUT_FILENO, &output) == 0 else { return false }
        return named.st_dev == output.st_dev && named.st_ino == output.st_ino
            && named.st_mode & S_IFMT != S_IFCHR
    }

    /// - Throws: `Errno`, or why it is not written to.
    static func open(_ path: String) throws -> SystemPackage.FileDescriptor {
        let file = try SystemPackage.FileDescriptor.open(FilePath(path), .writeOnly)
        do {
            var status = stat()
            // SAFETY: the call fills the local variable that it is given.
            guard unsafe fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { return file }
            if status.st_mode & 0o077 != 0, fchmod(file.rawValue, 0o600) != 0 {
                throw CommandFailure(
                    "nothing was written: others may read the file behind \(path.printable), and it is not yours to close to them"
                )
            }
            try file.resize(to: 0)
            return file
        } catch {
            try? file.close()
            throw error
        }
    }
}
