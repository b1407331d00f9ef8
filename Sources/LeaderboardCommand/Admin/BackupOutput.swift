import Leaderboard
import NIOCore
import SystemPackage
import Text

/// Where a backup goes. Bytes go in pieces: no board is too large.
struct BackupOutput {
    private static let pieceBytes = 1 << 20

    private let path: String

    /// - Parameter path: `-` is standard output.
    init(_ path: String) {
        self.path = path
    }

    func write(_ body: ((ByteBuffer, Bool) throws -> Void) async throws -> BackupSummary) async throws -> BackupSummary
    {
        do {
            if path == "-" || OpenedFile.isStandardOutput(path) { return try await stream(into: .standardOutput, body) }
            if UnfinishedFile.mayReplace(path) { return try await replace(body) }
            let file = try OpenedFile.open(path)
            defer { try? file.close() }
            return try await stream(into: file, body)
        } catch let error as Errno {
            let place = path == "-" ? "standard output" : path.printable
            throw CommandFailure("the backup is not written to \(place): \(error)")
        }
    }

    /// Whole or not at all: it has its name only when it is complete and on the disk, and is for its owner alone.
    private func replace(
        _ body: ((ByteBuffer, Bool) throws -> Void) async throws -> BackupSummary
    ) async throws -> BackupSummary {
        let file = try UnfinishedFile(path)
        defer { file.end() }
        var pending = ByteBuffer()
        let summary = try await body { bytes, beginsAnew in
            if beginsAnew {
                pending.clear()
                try file.descriptor.resize(to: 0)
                try file.descriptor.seek(offset: 0, from: .start)
            }
            try Self.add(bytes, to: &pending, file.descriptor)
        }
        try file.descriptor.writeAll(pending.readableBytesView)
        try file.finish()
        return summary
    }

    /// What has gone out cannot be taken back: a backup that has to begin anew then fails, without a seal.
    private func stream(
        into file: SystemPackage.FileDescriptor,
        _ body: ((ByteBuffer, Bool) throws -> Void) async throws -> BackupSummary
    ) async throws -> BackupSummary {
        var pending = ByteBuffer()
        var hasGoneOut = false
        let summary = try await body { bytes, beginsAnew in
            if beginsAnew {
                guard !hasGoneOut else {
                    throw CommandFailure("users were erased while it went out: what came has no seal, back up again")
                }
                pending.clear()
            }
            if try Self.add(bytes, to: &pending, file) { hasGoneOut = true }
        }
        try file.writeAll(pending.readableBytesView)
        return summary
    }

    /// - Returns: whether anything was written.
    @discardableResult
    private static func add(
        _ bytes: ByteBuffer,
        to pending: inout ByteBuffer,
        _ file: SystemPackage.FileDescriptor
    ) throws -> Bool {
        pending.writeImmutableBuffer(bytes)
        guard pending.readableBytes >= pieceBytes else { return false }
        try file.writeAll(pending.readableBytesView)
        pending.clear()
        return true
    }
}
