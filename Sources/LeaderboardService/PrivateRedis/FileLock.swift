import SystemPackage

import Glibc

/// An exclusive `flock(2)` on a file, which the kernel frees when the last process that holds it has ended, however it ended.
///
/// The file stays: removing it would let two processes lock two different files of one name.
final class FileLock: Sendable {
    let descriptor: Int32

    /// Takes the lock, or returns nil when another process has it. The descriptor is not inherited by programs started later.
    init?(path: String) throws(PrivateRedisError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .directoryUnusable(path: path, reason: lastSystemError()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let reason = lastSystemError()
            close(descriptor)
            if isHeld { return nil }
            throw .directoryUnusable(path: path, reason: reason)
        }
    }

    /// A shared lock on a folder, which many may have at once; nil when another process has it for itself. Makes nothing.
    convenience init?(visiting folder: String) throws(PrivateRedisError) { try self.init(folder: folder, LOCK_SH) }

    /// The lock on a folder that others share; nil while one of them has it.
    convenience init?(emptied folder: String) throws(PrivateRedisError) { try self.init(folder: folder, LOCK_EX) }

    private init?(folder: String, _ kind: Int32) throws(PrivateRedisError) {
        descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .directoryUnusable(path: folder, reason: lastSystemError()) }
        // A file system that locks no folders lets everybody in: nobody then waits for others.
        guard flock(descriptor, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            close(descriptor)
            return nil
        }
    }

    /// Whether another process has it. Makes no file.
    static func isHeld(path: String) throws(PrivateRedisError) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return false }
            throw .directoryUnusable(path: path, reason: lastSystemError())
        }
        defer { close(descriptor) }
        // A shared one, for a moment: whoever takes the lock just then tries again.
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    deinit { close(descriptor) }
}

/// What `errno` says, in words.
func lastSystemError() -> String {
    "\(Errno(rawValue: errno))"
}
