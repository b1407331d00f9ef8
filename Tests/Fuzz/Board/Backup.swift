import NIOCore

@testable import Leaderboard

extension FuzzTarget {
    static let backup = FuzzTarget(
        "backup",
        "lines of a backup, read, written and read again, and what they are sealed with",
        dictionary: "backup",
        maximumBytes: 2048
    ) { input in
        var check = BackupCheck()
        var hash = BackupHash()
        var isOrdered = true
        for line in input.lines {
            guard let line = try? BackupLine(ByteBuffer(bytes: line)) else { continue }
            var written = ByteBuffer()
            line.write(into: &written)
            var again = written
            again.moveWriterIndex(to: again.writerIndex - 1)
            promise((try? BackupLine(again)) == line, "what is read again is the same")
            do { try check.take(line) } catch { isOrdered = false }
            switch line {
            case .audit(let entry): _ = (entry.increase, entry.score, entry.seq, entry.reverts, entry.erased)
            default: break
            }
            switch line {
            case .header, .seal: break
            default: _ = hash.add(line)
            }
        }
        let seal = hash.sealed(seq: 1, chain: "")
        guard isOrdered, hash.lines > 0, (try? check.take(.seal(seal))) != nil else { return }
        promise((try? check.end()) == seal, "lines in order are sealed")
    }
}
