import Glibc

/// systemd's journal as the reader of the log.
///
/// It takes a line's priority from a prefix, which it does not keep (sd-daemon(3)). Its rate limit counts each priority by itself,
/// so that with the prefix a flood of audit lines costs no warning; and `journalctl -p warning` finds them.
enum Journal {
    /// Whether it reads this descriptor: systemd names the socket as `device:inode` (systemd.exec(5), `JOURNAL_STREAM`).
    static func reads(_ descriptor: Int32, stream: String? = Self.stream) -> Bool {
        var file = stat()
        // SAFETY: the call fills the local variable that it is given.
        guard let stream, unsafe fstat(descriptor, &file) == 0 else { return false }
        return stream == "\(file.st_dev):\(file.st_ino)"
    }

    private static var stream: String? {
        guard let value = unsafe getenv("JOURNAL_STREAM") else { return nil }
        return unsafe String(cString: value)
    }

    /// `<4>` for a warning.
    static func prefix(ofLevel level: String) -> String {
        switch level {
        case "critical": "<2>"
        case "error": "<3>"
        case "warning": "<4>"
        case "notice": "<5>"
        case "info": "<6>"
        default: "<7>"
        }
    }
}
