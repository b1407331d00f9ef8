import Leaderboard
import NIOCore
import SystemPackage

import Glibc

/// A backup that is read: a file, or what comes through standard input or a pipe. It is read more than once, so what cannot be is
/// put into a file without a name first.
struct BackupInput {
    private static let pieceBytes = 1 << 20

    private let path: String
    /// Open as long as the process lives, or until ``close()``.
    private let file: SystemPackage.FileDescriptor

    /// - Parameters:
    ///   - path: `-` is standard input.
    ///   - what: the file is, in words.
    init(_ path: String, named what: String = "backup") throws {
        self.path = path
        file = try Self.open(path, what)
    }

    /// Nobody reads it any more.
    func close() { try? file.close() }

    /// Each line, without its line feed.
    func lines(_ each: (ByteBuffer) async throws -> Void) async throws {
        var bytes = ByteBuffer()
        var offset: Int64 = 0
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        while true {
            // SAFETY: the read fills at most the buffer that it is given, and says how much of it.
            let count = try unsafe piece.withUnsafeMutableBytes { buffer in
                try unsafe file.read(fromAbsoluteOffset: offset, into: buffer)
            }
            offset += Int64(clamping: count)
            bytes.writeBytes(piece.prefix(count))
            while let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
                let line = bytes.readSlice(length: end - bytes.readerIndex)
            {
                bytes.moveReaderIndex(forwardBy: 1)
                try await each(line)
            }
            bytes.discardReadBytes()
            if count == 0 { break }
            guard bytes.readableBytes <= BackupSummary.maximumLineBytes else {
                throw CommandFailure("\(path) has an endless line")
            }
        }
        if bytes.readableBytes > 0 { try await each(bytes) }
    }

    private static func open(_ path: String, _ what: String) throws -> SystemPackage.FileDescriptor {
        do {
            let file = path == "-" ? .standardInput : try SystemPackage.FileDescriptor.open(FilePath(path), .readOnly)
            var status = stat()
            guard unsafe fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: throw Errno.isDirectory
            case S_IFREG where path != "-": return file
            default: return try spooled(file)
            }
        } catch let error as Errno {
            throw CommandFailure("the \(what) \(path) cannot be read: \(error)")
        }
    }

    /// For this user alone, and gone with the process.
    private static func spooled(_ input: SystemPackage.FileDescriptor) throws -> SystemPackage.FileDescriptor {
        let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let name = "\(folder)/leaderboard-restore-\(getpid())"
        let file = try SystemPackage.FileDescriptor.open(
            FilePath(name),
            .readWrite,
            options: [.create, .exclusiveCreate, .noFollow],
            permissions: [.ownerReadWrite]
        )
        _ = unsafe unlink(name)
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            // SAFETY: as above.
            let count = try unsafe piece.withUnsafeMutableBytes { try unsafe input.read(into: $0) }
            if count == 0 { return file }
            try file.writeAll(piece.prefix(count))
        }
    }
}

/// What is wrong with a backup ends the command in words.
func describingBackup<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as InvalidBackup {
        throw CommandFailure("the backup cannot be used: \(error)")
    }
}
