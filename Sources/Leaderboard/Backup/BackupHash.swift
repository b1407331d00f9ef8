import Text
import Crypto
import NIOCore

/// Counts lines and hashes them, as they are written or read.
struct BackupHash {
    private(set) var lines = 0
    private var hash = SHA256()

    mutating func add(_ line: BackupLine) -> ByteBuffer {
        var buffer = ByteBuffer()
        line.write(into: &buffer)
        lines += 1
        hash.update(data: Array(buffer.readableBytesView))
        return buffer
    }

    func sealed(seq: Int, chain: String) -> BackupSeal {
        BackupSeal(seq: seq, chain: chain, lines: lines, sha256: hash.finalize().hexadecimal)
    }
}
