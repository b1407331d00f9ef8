import Text

import Glibc

/// What the kernel tells of the processes of this machine.
enum Processes {
    /// The processes whose descriptor `number` is the file at `path`, by `/proc`; none where there is no `/proc`.
    ///
    /// Surer than a process id in a file, which by now may be another program's.
    static func holding(_ path: String, as number: Int32) -> [pid_t] {
        var file = stat()
        guard unsafe stat(path, &file) == 0 else { return [] }
        return numbers(in: "/proc").filter { process in
            var held = stat()
            guard process != getpid(), unsafe stat("/proc/\(process)/fd/\(number)", &held) == 0 else { return false }
            return held.st_dev == file.st_dev && held.st_ino == file.st_ino
        }
    }

    /// The descriptors that are open in this process now.
    static var ownDescriptors: [Int32] { numbers(in: "/dev/fd") }

    /// The entries of a folder whose names are numbers.
    private static func numbers(in folder: String) -> [Int32] {
        guard let entries = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(entries) }
        var numbers: [Int32] = []
        while let entry = unsafe readdir(entries) {
            // SAFETY: `d_name` is NUL-terminated and valid until the next `readdir` of this folder; it is copied at once.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let number = Int32(name) { numbers.append(number) }
        }
        return numbers
    }

    /// The first executable file of this name in the folders of `PATH`.
    static func find(_ program: String) -> String? {
        searchPath.parts(at: ":").filter { !$0.isEmpty }.map { "\($0)/\(program)" }.first {
            unsafe access($0, X_OK) == 0
        }
    }

    static var searchPath: String {
        unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
    }
}
