import FoundationEssentials
import Text

/// Which process listens on a port of this machine, as `/proc` tells it. Of other users' processes only root is told.
struct PortHolder: Equatable {
    private static let listening: Substring = "0A"
    private static let maximumBytes = 8 << 20

    let process: Int
    let name: String

    /// Nil: nobody does, or it may not be known.
    static func of(port: Int) -> PortHolder? {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap {
            try? SmallFile.text(of: $0, maximum: maximumBytes)
        }
        let sockets = Set(tables.flatMap { inodes(in: $0, port: port) }.map { "socket:[\($0)]" })
        guard !sockets.isEmpty else { return nil }
        let manager = FileManager.default
        let processes = ((try? manager.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }.sorted()
        let holder = processes.first { process in
            let folder = "/proc/\(process)/fd"
            let descriptors = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
            return descriptors.contains { descriptor in
                let target = try? manager.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)")
                return target.map(sockets.contains) ?? false
            }
        }
        guard let holder else { return nil }
        let name = (try? SmallFile.text(of: "/proc/\(holder)/comm", maximum: 4096))?.trimmingBlanks().printable
        return PortHolder(process: holder, name: name ?? "a program")
    }

    /// Of the sockets that listen there: `0: 0100007F:1F90 00000000:0000 0A … inode` (proc(5)).
    static func inodes(in table: String, port: Int) -> [Substring] {
        table.parts(at: "\n").compactMap { line in
            let words = line.words
            guard words.count > 9, words[3] == listening, let local = words[1].cut(at: ":").after,
                Int(local, radix: 16) == port
            else { return nil }
            return words[9]
        }
    }
}
