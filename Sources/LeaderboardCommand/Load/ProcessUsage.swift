import Text
import SystemPackage

import Glibc

/// What some processes of this machine have used, as `/proc` tells it (Linux).
struct ProcessUsage: Sendable {
    struct Unreadable: Error, CustomStringConvertible {
        let process: Int
        var description: String { "process \(process) cannot be looked at in /proc" }
    }

    private(set) var cpu = Duration.zero
    private(set) var residentBytes = 0

    /// The sum over these processes.
    init(of processes: [Int]) throws {
        for process in processes {
            // The name, in parentheses, may hold anything; 11 fields after it comes the user time, then the system time.
            guard let stat = Self.text(of: "/proc/\(process)/stat"), case (_?, let fields) = stat.cut(atLast: ")"),
                case let times = fields.words.dropFirst(11).prefix(2).compactMap({ Int($0) }),
                times.count == 2,
                let pages = Self.text(of: "/proc/\(process)/statm")?.words.dropFirst().first,
                let pages = Int(pages)
            else { throw Unreadable(process: process) }
            cpu += .seconds(times[0] + times[1]) / Int(sysconf(Int32(_SC_CLK_TCK)))
            residentBytes += pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
    }

    /// The first 4 KiB of a file.
    private static func text(of path: String) -> String? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }
        let read = try? file.closeAfter {
            try unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                // SAFETY: `read` fills at most the buffer, and says how much of it.
                count = try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        return read.map { String(decoding: $0, as: UTF8.self) }
    }
}
