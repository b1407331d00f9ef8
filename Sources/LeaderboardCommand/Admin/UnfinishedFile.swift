import SystemPackage

import Glibc

/// A file that gets its name only when it is complete and on the disk. Until then it has none, where the file system can do that
/// (`O_TMPFILE`), so that whatever ends the process leaves nothing; elsewhere it is `NAME.partial`, and goes with the process
/// unless that is killed. For its owner alone.
final class UnfinishedFile {
    let descriptor: SystemPackage.FileDescriptor
    private let path: String
    private var partial: String { path + ".partial" }
    /// Nil: it has no name.
    private let interruptions: Interruptions?
    private var isNamed = false

    /// A regular file, or a name that nothing has. A link stays one, a pipe and a device too: into those is written as it comes.
    static func mayReplace(_ path: String) -> Bool {
        var status = stat()
        // SAFETY: the call fills the local variable that it is given.
        guard unsafe lstat(path, &status) == 0 else { return true }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// - Throws: `Errno`.
    init(_ path: String) throws {
        self.path = path
        if let unnamed = Self.unnamed(besides: path) {
            descriptor = unnamed
            interruptions = nil
        } else {
            let partial = path + ".partial"
            let interruptions = Interruptions { _ = unsafe unlink(partial) }
            do {
                descriptor = try SystemPackage.FileDescriptor.open(
                    FilePath(partial),
                    .writeOnly,
                    options: [.create, .truncate, .noFollow],
                    permissions: [.ownerReadWrite]
                )
            } catch {
                interruptions.end()
                throw error
            }
            self.interruptions = interruptions
            isNamed = true
        }
    }

    /// Gives it its name, in the place of what had it.
    func finish() throws(Errno) {
        // As root it would take the place of a device for the whole machine.
        guard Self.mayReplace(path) else { throw Errno.fileExists }
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
        if !isNamed { try name() }
        // SAFETY: both are strings that live as long as the call.
        guard unsafe rename(partial, path) == 0 else { throw Errno(rawValue: errno) }
        isNamed = false
    }

    /// Once, whatever happened.
    func end() {
        if isNamed { _ = unsafe unlink(partial) }
        try? descriptor.close()
        interruptions?.end()
    }

    /// Nil: the file system, or this kernel, has no such files.
    private static func unnamed(besides path: String) -> SystemPackage.FileDescriptor? {
        // `O_TMPFILE`, which is not imported.
        let option = SystemPackage.FileDescriptor.OpenOptions(rawValue: 0o20_000_000 | O_DIRECTORY)
        let folder = FilePath(path).removingLastComponent()
        guard
            let file = try? SystemPackage.FileDescriptor.open(
                folder.isEmpty ? "." : folder,
                .writeOnly,
                options: [option],
                permissions: [.ownerReadWrite]
            )
        else { return nil }
        var status = stat()
        if unsafe lstat(place(of: file), &status) == 0 { return file }
        try? file.close()
        return nil
    }

    /// From which it gets its name.
    private static func place(of file: SystemPackage.FileDescriptor) -> String { "/proc/self/fd/\(file.rawValue)" }

    private func name() throws(Errno) {
        _ = unsafe unlink(partial)
        // SAFETY: both are strings that live as long as the call (open(2), the example of O_TMPFILE).
        let result = unsafe linkat(
            AT_FDCWD,
            Self.place(of: descriptor),
            AT_FDCWD,
            partial,
            AT_SYMLINK_FOLLOW
        )
        guard result == 0 else { throw Errno(rawValue: errno) }
        isNamed = true
    }
}
