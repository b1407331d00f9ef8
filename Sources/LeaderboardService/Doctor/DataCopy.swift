import FoundationEssentials
import Text

import Glibc

/// A copy of the data of a Redis that does not run, in a folder of its own that only this user opens: what is started on it changes
/// nothing of the data themselves.
struct DataCopy {
    /// What cannot be copied, in words that go on from the data's folder.
    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    /// More is not copied: the disk that it needs is not ours to fill.
    private static let maximumBytes = 1 << 30

    /// The data directory of the copy.
    let path: String

    /// - Parameter dataDirectory: of a service; its folder `redis` is there.
    static func make(of dataDirectory: String) throws -> DataCopy {
        let source = dataDirectory + "/redis"
        let files = try Self.files(in: source)
        // Sparse files may claim more, together, than there are numbers for.
        let size = files.reduce(0) { sum, file in
            let (more, isTooMany) = sum.addingReportingOverflow(file.bytes)
            return isTooMany ? .max : more
        }
        guard size <= maximumBytes else {
            throw Trouble(description: "holds \(size >> 20) MB, and at most \(maximumBytes >> 20) MB are copied")
        }
        let copy = DataCopy(path: try emptyFolder())
        do {
            guard copy.freeBytes > 2 * size + (64 << 20) else {
                throw Trouble(description: "holds \(size >> 20) MB, and \(copy.path) has no room for a copy")
            }
            for file in files {
                let destination = copy.path + "/redis/" + file.name
                let parent = destination.cut(atLast: "/").before.map(String.init) ?? copy.path
                try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
                try manager.copyItem(atPath: "\(source)/\(file.name)", toPath: destination)
            }
            return copy
        } catch {
            copy.remove()
            throw error as? Trouble ?? Trouble(description: "cannot be copied")
        }
    }

    func remove() { try? Self.manager.removeItem(atPath: path) }

    private static var manager: FileManager { .default }

    /// What Redis reads: regular files, but neither logs nor locks; a socket or a link is left where it is.
    private static func files(in folder: String) throws -> [(name: String, bytes: Int)] {
        guard let names = try? manager.subpathsOfDirectory(atPath: folder) else {
            throw Trouble(description: "may not be read by this user")
        }
        return try names.compactMap { name in
            guard let attributes = try? manager.attributesOfItem(atPath: "\(folder)/\(name)"),
                attributes[.type] as? FileAttributeType == .typeRegular, !name.hasSuffix(".log"),
                !name.hasSuffix(".lock")
            else { return nil }
            guard manager.isReadableFile(atPath: "\(folder)/\(name)") else {
                throw Trouble(description: "may not be read by this user")
            }
            return (name, (attributes[.size] as? UInt64).map { Int(clamping: $0) } ?? 0)
        }
    }

    /// In `TMPDIR`, or in `/tmp`.
    private static func emptyFolder() throws(Trouble) -> String {
        let place = FileManager.default.temporaryDirectory.path
        var template = Array((place + "/leaderboard-doctor-XXXXXX").utf8CString)
        // SAFETY: the call writes the name into the array that it is given, within its length.
        let isMade = unsafe template.withUnsafeMutableBufferPointer { name in
            guard let start = name.baseAddress else { return false }
            return unsafe mkdtemp(start) != nil
        }
        guard isMade else { throw Trouble(description: "cannot be copied: no folder can be made in \(place)") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private var freeBytes: Int {
        var facts = statvfs()
        // SAFETY: the call fills the local variable that it is given.
        guard unsafe statvfs(path, &facts) == 0 else { return 0 }
        let (bytes, isTooMany) = UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize))
        return isTooMany ? .max : Int(clamping: bytes)
    }
}
