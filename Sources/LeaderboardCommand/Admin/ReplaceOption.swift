import ArgumentParser

import Glibc

/// `--yes`: of commands that write a file, where one with something in it is there already.
struct ReplaceOption: ParsableArguments {
    @Flag(help: "Put it in the place of a file that is there, without asking.")
    var yes = false

    /// Before anything is read. An empty file is nobody's loss; into a pipe or a device nothing is replaced.
    /// - Parameter path: nil or `-`: standard output.
    func check(_ path: String?) throws {
        guard let path, path != "-", !OpenedFile.isStandardOutput(path) else { return }
        guard !path.isEmpty else { throw CommandFailure("the file has no name: give one, or - for standard output") }
        guard !yes else { return }
        var status = stat()
        // SAFETY: the call fills the local variable that it is given. It follows links: what they lead to would be replaced.
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
        guard Terminal.isThere else {
            throw CommandFailure("\(path) is there, and stays as it is: name another file, or replace it with --yes")
        }
        guard Terminal.agrees("\(path) is there. Replace it?") else { throw CommandFailure("nothing was written") }
    }
}
