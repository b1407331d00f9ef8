import NIOCore
import SystemPackage
import Text

/// Where rows go, piece by piece: standard output, a file that has its name when it is whole, for its owner alone, or, as it is made, a
/// pipe, a device or what a link leads to.
struct TableOutput {
    private static let pieceBytes = 1 << 18

    /// Nil or `-`: standard output.
    let path: String?

    /// - Parameter body: is given what takes the next text.
    func write(_ body: ((String) throws -> Void) async throws -> Void) async throws {
        do {
            guard let path, path != "-", !OpenedFile.isStandardOutput(path) else {
                return try await stream(into: .standardOutput, body)
            }
            guard UnfinishedFile.mayReplace(path) else {
                let file = try OpenedFile.open(path)
                defer { try? file.close() }
                return try await stream(into: file, body)
            }
            let file = try UnfinishedFile(path)
            defer { file.end() }
            try await stream(into: file.descriptor, body)
            try file.finish()
        } catch let error as Errno {
            throw CommandFailure("\(path?.printable ?? "standard output") cannot be written: \(error)")
        }
    }

    private func stream(
        into file: SystemPackage.FileDescriptor,
        _ body: ((String) throws -> Void) async throws -> Void
    ) async throws {
        var pending = ByteBuffer()
        do {
            try await body { text in
                pending.writeString(text)
                guard pending.readableBytes >= Self.pieceBytes else { return }
                try file.writeAll(pending.readableBytesView)
                pending.clear()
            }
        } catch {
            // Whoever goes on from the last line has it.
            _ = try? file.writeAll(pending.readableBytesView)
            throw error
        }
        try file.writeAll(pending.readableBytesView)
    }
}
