import Glibc

/// Where the server's socket can be: `sockaddr_un` has room for few bytes only.
enum SocketPath {
    /// Bytes of the longest path; the NUL at its end is one more.
    static let maximumLength = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// In the directory itself; when that has too long a path, in a folder of mode 0700 under `TMPDIR` (or `/tmp`) whose
    /// name is made from the directory's, so that the next run finds the same one.
    static func choose(for directory: String) throws(PrivateRedisError) -> String {
        let inside = directory + "/redis.sock"
        if inside.utf8.count <= maximumLength { return inside }

        let folder = temporaryDirectory + "/leaderboard-\(geteuid())-" + String(fingerprint(of: directory), radix: 36)
        let path = folder + "/redis.sock"
        guard path.utf8.count <= maximumLength else { throw .socketPathTooLong(path: path) }
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw .directoryUnusable(path: folder, reason: lastSystemError())
        }
        // Anybody may have made it before us: it has to be a folder (no link), ours, and closed to all others.
        var status = stat()
        guard unsafe lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else { throw .directoryUnusable(path: folder, reason: "it is not a folder that only this user can open") }
        return path
    }

    private static var temporaryDirectory: String {
        guard let value = unsafe getenv("TMPDIR"), unsafe value.pointee == CChar(UInt8(ascii: "/")) else {
            return "/tmp"
        }
        var path = unsafe String(cString: value)
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }

    /// FNV-1a, 64 bits: the same in every run, unlike `Hasher`.
    private static func fingerprint(of text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
