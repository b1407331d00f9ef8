import Leaderboard
import NIOCore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A backup on disk. Bytes go and come in pieces: no file is too large.
struct BackupFile {
    private static let pieceBytes = 1 << 20

    let path: FilePath

    /// Writes a new file, whole or not at all: it has its name only when it is complete, and is for its owner alone.
    func write(_ body: ((ByteBuffer, Bool) throws -> Void) async throws -> BackupSummary) async throws -> BackupSummary
    {
        let partial = FilePath(path.string + ".partial")
        let file = try SystemPackage.FileDescriptor.open(
            partial,
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite]
        )
        let summary = try await file.closeAfterAsync {
            var pending = ByteBuffer()
            let summary = try await body { bytes, beginsAnew in
                if beginsAnew {
                    pending.clear()
                    try file.resize(to: 0)
                    try file.seek(offset: 0, from: .start)
                }
                pending.writeImmutableBuffer(bytes)
                guard pending.readableBytes >= Self.pieceBytes else { return }
                try file.writeAll(pending.readableBytesView)
                pending.clear()
            }
            try file.writeAll(pending.readableBytesView)
            return summary
        }
        // SAFETY: both are strings that live as long as the call.
        guard unsafe rename(partial.string, path.string) == 0 else { throw Errno(rawValue: errno) }
        return summary
    }

    /// Each line, without its line feed.
    func lines(_ each: (ByteBuffer) async throws -> Void) async throws {
        let file = try SystemPackage.FileDescriptor.open(path, .readOnly)
        try await file.closeAfterAsync {
            var bytes = ByteBuffer()
            var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
            while true {
                let count = try unsafe piece.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                bytes.writeBytes(piece.prefix(count))
                while let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
                    let line = bytes.readSlice(length: end - bytes.readerIndex)
                {
                    bytes.moveReaderIndex(forwardBy: 1)
                    try await each(line)
                }
                bytes.discardReadBytes()
                if count == 0 { break }
                guard bytes.readableBytes < Self.pieceBytes else { throw CommandFailure("\(path) has an endless line") }
            }
            if bytes.readableBytes > 0 { try await each(bytes) }
        }
    }
}

extension SystemPackage.FileDescriptor {
    fileprivate func closeAfterAsync<Value>(_ body: () async throws -> Value) async throws -> Value {
        let value: Value
        do { value = try await body() } catch {
            try? close()
            throw error
        }
        try close()
        return value
    }
}
